import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readQueryRequest } from './query-request.js';

const good = {
  grant: 'g', purpose: { code: 'p', caseNo: '1' }, by: { idNumbers: ['1'] }, fields: ['identity.name'],
};
const pointers = (body: unknown): string[] => {
  const read = readQueryRequest(body);
  return 'faults' in read ? read.faults.map((fault) => `${fault.pointer} ${fault.rule}`) : [];
};

describe('a query\'s body', () => {
  it('becomes a request', () => {
    expect(readQueryRequest({ ...good, operator: { id: '7' }, validAt: '2024-02-29', knownAt: '2025-01-01T00:00:00+08:00', include: ['provenance'] })).toEqual({ request: {
      grant: 'g', purpose: { code: 'p', caseNo: '1' }, operator: { id: '7' }, by: 'idNumbers', ids: ['1'], fields: ['identity.name'],
      validAt: '2024-02-29', knownAt: '2025-01-01T00:00:00+08:00', provenance: true,
    } });
  });

  const cases: [string, unknown, string[]][] = [
    ['nothing', undefined, [' object']],
    ['an array', [], [' object']],
    ['an empty object', {}, ['/grant required', '/purpose required', '/by required', '/fields required']],
    ['two ways of asking', { ...good, by: { idNumbers: ['1'], personIds: ['2'] } }, ['/by one-of']],
    ['no way of asking', { ...good, by: {} }, ['/by one-of']],
    ['an unknown way of asking', { ...good, by: { names: ['x'] } }, ['/by/names unknown-property', '/by one-of']],
    ['ids that are not text', { ...good, by: { idNumbers: ['1', 2, null, '', 'x'.repeat(41)] } }, ['/by/idNumbers/1 text', '/by/idNumbers/2 text', '/by/idNumbers/3 text', '/by/idNumbers/4 text']],
    ['no ids', { ...good, by: { personIds: [] } }, ['/by/personIds empty']],
    ['no fields', { ...good, fields: [] }, ['/fields empty']],
    ['fields that are none', { ...good, fields: [{}] }, ['/fields/0 text']],
    ['days that do not exist', { ...good, validAt: '2025-02-29' }, ['/validAt date']],
    ['a moment without its offset', { ...good, knownAt: '2025-01-01T00:00:00' }, ['/knownAt moment']],
    ['a purpose that is text', { ...good, purpose: 'x' }, ['/purpose object']],
    ['a case number that is a document number', { ...good, purpose: { code: 'p', caseNo: '案11010519491231002X号' } }, ['/purpose/caseNo document-number']],
    ['an operator\'s full-width document number', { ...good, operator: { id: '１１０１０５１９４９１２３１００２Ｘ' } }, ['/operator/id document-number']],
    ['things nobody knows to include', { ...good, include: ['everything'] }, ['/include/0 choice']],
    ['a key with a slash', { ...good, 'a/b': 1 }, ['/a~1b unknown-property']],
  ];
  it.each(cases)('of %s is refused with a pointer', (_title, body, expected) => {
    expect(pointers(body).sort()).toEqual([...expected].sort());
  });

  it('takes a long number that is no document\'s for a case number', () => {
    expect(pointers({ ...good, purpose: { code: 'p', caseNo: '202508010000000017' } })).toEqual([]);
  });

  it('names at most a hundred faults', () => {
    expect(pointers({ ...good, by: { idNumbers: Array.from({ length: 5000 }, () => 1) } })).toHaveLength(100);
  });

  it('is refused or read, whatever it is, and never throws', () => {
    fc.assert(fc.property(fc.anything(), fc.dictionary(fc.constantFrom('grant', 'purpose', 'by', 'fields', 'validAt', 'knownAt', 'include', 'operator', '__proto__'), fc.anything()), (any, object) => {
      for (const body of [any, object, { ...good, ...object }]) expect(Object.keys(readQueryRequest(body))).toHaveLength(1);
    }), { numRuns: 2000 });
  });
});
