import { stagedColumnOf, type FeedContract } from '#feeds';

/** A column's values: the staged column, of the rows of one role; null where rows speak of nobody. */
export interface Place { column: string; staged: string; role: number | null }

/** Where each field's value stands: in the row of the first role that carries it. */
export function placesOf(contract: FeedContract): Place[] {
  const roles = contract.roles.length > 0 ? contract.roles : null;
  return contract.fields.flatMap(({ column, as, type }): Place[] => {
    if (roles === null) return column === contract.stamp || column === contract.operation?.field || contract.key.includes(column) || type === 'document' ? [] : [{ column, staged: as, role: null }];
    const role = roles.findIndex((one) => stagedColumnOf(contract, one, column) !== null);
    if (role < 0) return [];
    const staged = stagedColumnOf(contract, roles[role], column)!;
    // The subject's key is there for those without a document too; that it is a document's is told by its kind.
    return [{ column, staged: staged === 'subject_key' ? 'document_kind' : staged, role }];
  });
}
