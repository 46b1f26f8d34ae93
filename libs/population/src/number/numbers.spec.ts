import { describe, expect, it } from '@jest/globals';
import { DOCUMENT_KINDS, normaliseDocument, normalisePhone } from '#kernel';
import { dayOf } from '../calendar/days.js';
import { Cells } from './cells.js';
import { CITIZEN_ORDERS, citizenNumber, hongKongMacauPermit, passportNumber, permanentResidentNumber, phoneNumber, residencePermitNumber, taiwanPermit } from './numbers.js';

const born = dayOf(1987, 6, 5);

describe('numbers', () => {
  it('pass the kernel as the documents they are', () => {
    expect(normaliseDocument(DOCUMENT_KINDS.residentIdCard, citizenNumber('3703', 99, born, 1, 498))).toMatchObject({ number: expect.stringMatching(/^37039919870605997[\dX]$/), citizen: true });
    for (const [kind, number] of [
      [DOCUMENT_KINDS.hongKongMacauTaiwanResidencePermit, residencePermitNumber('83', born, 2, 4)],
      [DOCUMENT_KINDS.foreignPermanentResident, permanentResidentNumber('37', born, 2, 0, 7)],
      [DOCUMENT_KINDS.passport, passportNumber(77)],
      [DOCUMENT_KINDS.hongKongMacauTravelPermit, hongKongMacauPermit(12, true)],
      [DOCUMENT_KINDS.taiwanTravelPermit, taiwanPermit(12)],
    ]) expect(normaliseDocument(kind, number)).toEqual({ kind, number, citizen: false });
    expect(normalisePhone(phoneNumber(123456))).toMatch(/^154\d{8}$/);
  });

  it('are dealt to blocks so that no two ever meet', () => {
    const seen = new Set<string>();
    for (const blocks of [1, 7, 499, 2500]) {
      seen.clear();
      for (let block = 0; block < blocks; block += Math.ceil(blocks / 12)) {
        const cells = new Cells(block, blocks, CITIZEN_ORDERS);
        for (let i = 0; i < 60; i++) {
          const { day, order } = cells.take(1, born, born + 4000);
          expect(order).toBeLessThan(CITIZEN_ORDERS);
          expect(Math.abs(day - born)).toBeLessThan(60 * Math.ceil(blocks / CITIZEN_ORDERS) + 10);
          const cell = `${day}/${order}`;
          expect(seen.has(cell)).toBe(false);
          seen.add(cell);
        }
      }
    }
  });

  it('never date a birth after the latest day', () => {
    const cells = new Cells(3, 5000, CITIZEN_ORDERS);
    for (let i = 0; i < 20; i++) expect(cells.take(2, born, born).day).toBeLessThanOrEqual(born);
  });
});
