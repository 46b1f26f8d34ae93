import { amendDefinition, type Amendment, type ContractDefinition } from '#feeds';
import { HubError } from '#kernel';
import type { ContractChange, ContractInForce, Drift, DriftDecided, Drifts, DriftVerb } from '#runs';

type Change = ContractChange<Amendment, ContractDefinition>;

/** What a person decides about an entry; `to`: the contract's column, or the hub's code, it is mapped to. */
export interface DriftDecision { verb: DriftVerb; by: string; reason: string; to?: string | undefined }

/**
 * Decides about an entry of the inbox; what it comes to in the contract is in force when this returns. Null: no such entry.
 * @throws HUSHU-STAGING-10 what must be there cannot be done without, -11 it cannot be mapped, -12 no such target, and as Drifts.decide
 */
export function decideDrift(drifts: Drifts, id: number, { verb, by, reason, to }: DriftDecision): Promise<DriftDecided | null> {
  return drifts.decide<Amendment, ContractDefinition>(id, verb, { by, reason }, (drift, contract) => {
    if (verb !== 'accept' && verb !== 'map') return null;
    const definition = definitionOf(drift, contract);
    const made = verb === 'accept' ? { amendments: accepted(drift, definition), mappedTo: null } : mapped(drift, definition, to);
    if (made.amendments.length === 0) return null;
    const after = amendDefinition(definition, made.amendments);
    return { ...made, folderVersion: after.amended!.folderVersion, all: after.amended!.amendments, version: after.version, definition: after } satisfies Change;
  });
}

/** What arrives is taken as it is: a new column is passed over, one that is gone is empty, codes and shares are the new normal. */
function accepted({ kind, field, subject }: Drift, definition: ContractDefinition): Amendment[] {
  const optional = (): ContractDefinition['fields'][number] => {
    const found = definition.fields.find(({ column }) => column === field);
    if (found === undefined || found.required) throw needed(field);
    return found;
  };
  switch (kind) {
    case 'column-new': return [{ kind: 'ignore', column: field }];
    case 'column-missing': return [{ kind: 'absent', column: optional().column }];
    // They are not one column: the new one is passed over, the old one is gone.
    case 'column-renamed': return [{ kind: 'absent', column: optional().column }, { kind: 'ignore', column: subject }];
    case 'column-retyped': return [{ kind: 'empty', column: field, type: optional().type }];
    case 'code-new': case 'null-rate': case 'distribution': return [];
  }
}

function mapped({ kind, field, subject }: Drift, definition: ContractDefinition, to: string | undefined): { amendments: Amendment[]; mappedTo: string } {
  const columns = definition.fields.map(({ column }) => column);
  switch (kind) {
    case 'column-renamed': case 'column-new': {
      const target = to ?? (kind === 'column-renamed' ? field : undefined);
      if (target === undefined || !columns.includes(target)) throw noTarget(target, '契约的列', 'a column of the contract', columns);
      return { amendments: [{ kind: 'alias', column: target, delivered: kind === 'column-renamed' ? subject : field }], mappedTo: target };
    }
    case 'code-new': {
      if (subject === '') throw unmappable(kind);
      const list = definition.fields.find(({ column }) => column === field)?.codes;
      const codes = list === undefined ? undefined : definition.codes[list];
      const hub = codes === undefined ? [] : [...new Set(codes.hub ?? Object.values(codes.entries))];
      if (to === undefined || !hub.includes(to)) throw noTarget(to, `代码表 ${list ?? ''} 的代码`, `a code of the list ${list ?? ''}`, hub);
      return { amendments: [{ kind: 'code', list: list!, supplier: subject, hub: to }], mappedTo: to };
    }
    case 'column-missing': case 'column-retyped': case 'null-rate': case 'distribution': throw unmappable(kind);
  }
}

function definitionOf({ feed }: Drift, contract: ContractInForce<ContractDefinition> | null): ContractDefinition {
  if (contract !== null) return contract.definition;
  throw new HubError({
    code: 'HUSHU-STAGING-13', zh: `数据源 ${feed} 没有生效的契约`, en: `No contract of ${feed} is in force`, hintZh: '运行 hushu feed apply', hintEn: 'Run hushu feed apply',
  });
}

function needed(column: string): HubError {
  return new HubError({
    code: 'HUSHU-STAGING-10', zh: `列 ${column} 是必填列，不能没有`, en: `Column ${column} is required: there is no doing without it`, details: { column },
    hintZh: '若只是改名，用 hushu drift map 对应到它；否则停用数据源并请供数部门恢复这一列，或修改 feed.yaml', hintEn: 'If it was renamed, map the new name to it; else stop the feed and ask the supplier to bring it back, or change feed.yaml',
  });
}

function unmappable(kind: Drift['kind']): HubError {
  return new HubError({
    code: 'HUSHU-STAGING-11', zh: '这一项没有可以对应的', en: 'There is nothing to map here', details: { kind },
    hintZh: '改名的列、新增的列和写明的新代码可以对应；其余请接受或停用，或修改 feed.yaml 与 codes', hintEn: 'Renamed and new columns and codes that are shown can be mapped; accept or stop the others, or change feed.yaml and codes',
  });
}

function noTarget(to: string | undefined, zh: string, en: string, known: string[]): HubError {
  const shown = known.slice(0, 60).join(', ');
  return new HubError({
    code: 'HUSHU-STAGING-12', details: { faults: [{ pointer: '/to', rule: to === undefined ? 'missing' : 'unknown', text: { zh: `应为${zh}`, en: `Must be ${en}` } }] },
    zh: to === undefined ? `要写明对应到哪一个: ${zh}` : `没有这一个: 应为${zh}`, en: to === undefined ? `Say what it is mapped to: ${en}` : `There is no such one: it must be ${en}`,
    hintZh: `可用: ${shown}`, hintEn: `There are: ${shown}`,
  });
}
