import type { PublishedField } from '#registry';

/** One field of the unified record: where it stands on the wire and in the registry's published views. */
export type FieldSpec = PublishedField;

/** The fields of the district, by path and by facet. */
export class FieldCatalogue {
  private readonly byPath: ReadonlyMap<string, FieldSpec>;
  readonly facets: ReadonlyMap<string, readonly FieldSpec[]>;

  constructor(readonly fields: readonly FieldSpec[]) {
    this.byPath = new Map(fields.map((field) => [field.path, field]));
    const facets = new Map<string, FieldSpec[]>();
    for (const field of fields) facets.set(field.facet, [...facets.get(field.facet) ?? [], field]);
    this.facets = facets;
  }

  find(path: string): FieldSpec | undefined {
    return this.byPath.get(path);
  }

  /** The paths a name stands for: itself, or all of a facet (`marriage` or `marriage.*`); undefined when there is neither. */
  expand(name: string): readonly string[] | undefined {
    if (this.byPath.has(name)) return [name];
    return this.facets.get(name.endsWith('.*') ? name.slice(0, -2) : name)?.map((field) => field.path);
  }
}
