import { describe, expect, it } from '@jest/globals';
import { languageOf } from './language.js';

describe('the language of a reply', () => {
  it.each([
    [undefined, 'zh'], ['*', 'zh'], ['en', 'en'], ['en-GB,zh;q=0.9', 'en'], ['zh-CN,en;q=0.9', 'zh'], ['fr, en;q=0.2', 'en'],
    ['en;q=0.3, zh-TW;q=0.8', 'zh'], ['en;q=0', 'zh'], ['', 'zh'], [';;;q=,,', 'zh'], ['EN-us', 'en'],
  ] as const)('for %s is %s', (header, language) => {
    expect(languageOf(header)).toBe(language);
  });
});
