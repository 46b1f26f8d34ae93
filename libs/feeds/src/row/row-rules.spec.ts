import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { WARNINGS } from './row-plan.js';
import { ROW_RULES } from './row-rules.js';

describe('the words for a row’s faults', () => {
  it('are there for every warning, in both languages', () => {
    for (const rule of WARNINGS) expect([rule, ROW_RULES[rule]?.zh, ROW_RULES[rule]?.en]).toEqual([rule, expect.stringMatching(/[\u4e00-\u9fff].*。$/), expect.stringMatching(/^[A-Z].*\.$/)]);
  });

  it('are there for every rule a sample of the district may break', () => {
    const feeds = join(import.meta.dirname, '../../../../config/feeds');
    const rules = readdirSync(feeds).flatMap((feed) => [...readFileSync(join(feeds, feed, 'expected.yaml'), 'utf8').matchAll(/rule: ([a-z-]+)/g)].map(([, rule]) => rule!));
    expect(rules.length).toBeGreaterThan(20);
    expect(rules.filter((rule) => !(rule in ROW_RULES))).toEqual([]);
  });
});
