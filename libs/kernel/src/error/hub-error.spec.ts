import { describe, expect, it } from '@jest/globals';
import { HubError } from './hub-error.js';

describe('HubError', () => {
  it('speaks both languages and says what to do', () => {
    const cause = new TypeError('below');
    const error = new HubError({ code: 'HUSHU-TEST-01', zh: '不行', en: 'No', hintEn: 'Try again', details: { row: 3 }, retry: true, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe('HUSHU-TEST-01 No');
    expect(error.cause).toBe(cause);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: 'HUSHU-TEST-01', text: { zh: '不行', en: 'No' }, hint: { zh: 'Try again', en: 'Try again' }, details: { row: 3 }, retry: true,
    });
  });

  it('asks for no repetition unless told', () => {
    expect(new HubError({ code: 'HUSHU-TEST-02', zh: '不', en: 'No' }).retry).toBe(false);
  });
});
