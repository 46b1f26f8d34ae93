import { checkCharacter } from '#kernel';
import { yyyymmdd } from '../calendar/days.js';

/**
 * Document numbers and phones, all impossible on purpose:
 * - citizen ids carry a county code that GB/T 2260 never gave out (a prefecture, then 99; 98 and 95 for a younger
 *   twin, 97 for a number given in place of a wrong one, 96 for a number written by mistake that nobody has), with a right check character;
 * - permits of Hong Kong, Macau and Taiwan residents end in orders 990-999, which no birth date has ever reached;
 * - permanent-resident cards of foreigners carry a nationality of ISO 3166's user-assigned range;
 * - passports begin with XX, travel permits count from 90000000, which no issuer has reached;
 * - phones are of the segment 154, which the ministry has not given to anyone.
 */

/** Orders of one sex on one birth date: odd 1..997 for men, even 2..998 for women. */
export const CITIZEN_ORDERS = 499;
export const PERMIT_ORDERS = 5;

/** @param prefecture four digits, GB/T 2260 @param series 99, 98, … */
export function citizenNumber(prefecture: string, series: number, birth: number, sex: 1 | 2, order: number): string {
  return checked(prefecture + series + yyyymmdd(birth) + pad3(sex === 1 ? order * 2 + 1 : order * 2 + 2));
}

/** @param region 81, 82 or 83 */
export function residencePermitNumber(region: string, birth: number, sex: 1 | 2, order: number): string {
  return checked(`${region}0000${yyyymmdd(birth)}${pad3(sex === 1 ? 991 + order * 2 : 990 + order * 2)}`);
}

/** @param province two digits, where it was applied for */
export function permanentResidentNumber(province: string, birth: number, sex: 1 | 2, order: number, nationality: number): string {
  return checked(`9${province}${900 + (nationality % 100)}${yyyymmdd(birth)}${pad3(sex === 1 ? 991 + order * 2 : 990 + order * 2)}`);
}

/** @param visitor a number of their own among all people from abroad, below ten millions */
export const passportNumber = (visitor: number): string => `XX${String(scatter(visitor, 10_000_000)).padStart(7, '0')}`;
export const hongKongMacauPermit = (visitor: number, macau: boolean): string => `${macau ? 'M' : 'H'}${taiwanPermit(visitor)}`;
export const taiwanPermit = (visitor: number): string => `9${String(scatter(visitor, 10_000_000)).padStart(7, '0')}`;

/** `line` gives a person more than one number over time. */
export const phoneNumber = (no: number, line = 0): string => `154${String(scatter(no * 4 + line, 100_000_000)).padStart(8, '0')}`;

/** One to one on 0..size-1: neighbours land far apart. The factor is a prime that divides no power of ten. */
function scatter(n: number, size: number): number {
  return ((n % size) * 7368787 + 3511) % size;
}

function pad3(n: number): string {
  return n < 10 ? `00${n}` : n < 100 ? `0${n}` : String(n);
}

const checked = (first17: string): string => first17 + checkCharacter(first17);
