import { HubError } from '#kernel';
import type { ClientBase, QueryConfig } from 'pg';
import type { Model } from '../model/model.js';

/** Every condition on pairs is parsed by the store before any of them is used. Throws HubError HUSHU-LINKAGE-03. */
export async function checkConditions(client: ClientBase, model: Model): Promise<void> {
  const conditions = [
    ...(['certain', 'blocks'] as const).flatMap((key) => model[key].flatMap(({ name, where }) => (where === null ? [] : [{ place: `${key === 'blocks' ? 'block' : key}.${name}`, condition: where }]))),
    ...model.comparisons.flatMap(({ name, missing, levels }) => [
      { place: `compare.${name}.missing`, condition: missing },
      ...levels.flatMap((level) => (level.when === null ? [] : [{ place: `compare.${name}.${level.name}`, condition: level.when }])),
    ]),
  ];
  for (const { place, condition } of conditions) await parsed(client, place, `select 1 from left_record l, right_record r where (${condition})`);
}

/** Has the store parse one statement, and only one. Throws HubError HUSHU-LINKAGE-03 that names the place in the model. */
export async function parsed(client: ClientBase, place: string, sql: string): Promise<void> {
  try {
    // Extended: the server takes no second statement behind the first.
    await client.query({ text: `prepare condition as ${sql}`, queryMode: 'extended' } as QueryConfig);
    await client.query('deallocate condition');
  } catch (cause) {
    const said = (cause as Error).message;
    throw new HubError({
      code: 'HUSHU-LINKAGE-03', zh: `模型的条件 ${place} 不成立:${said}`, en: `The model's condition ${place} is not valid: ${said}`,
      hintZh: '条件是以 l、r 称呼左右记录的 SQL;列名见 docs/linkage.md', hintEn: 'A condition is SQL that calls the two records l and r; docs/linkage.md names the columns', cause,
    });
  }
}
