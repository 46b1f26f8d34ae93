import { normaliseAddress, placesNamed } from '#kernel';
import { write, type Normaliser, type NormaliserOptions } from './normaliser.js';

const COLUMNS = ['', '_place', '_town'];
/** As much of the words as two spellings of a place have in common. */
const WORDS = 12;

/**
 * Source columns: the address, and where there is one the code of the township or of a village in it. Columns: '' — words|numbers
 * of the place, divisions left out, null where there is no number; _place — the first words and the first number: the building or
 * the yard; _town — 9 digits, as delivered or else as the text names it.
 */
export function addressCn(options: NormaliserOptions): Normaliser {
  const places = options.places ?? placesNamed(options.drop ?? [], options.towns ?? {});
  return {
    columns: COLUMNS,
    into(row, out, at) {
      const [address = '', code = ''] = row;
      const town = code === '' ? null : townOf(code.trim());
      if (address === '') {
        write([null, null, town], out, at, COLUMNS.length);
        return;
      }
      const { key, division } = normaliseAddress(address, places);
      const words = key.indexOf('|'), number = key.indexOf('-', words);
      out[at] = key === '' ? null : key;
      out[at + 1] = key === '' ? null : key.slice(0, Math.min(words, WORDS)) + key.slice(words, number < 0 ? undefined : number);
      out[at + 2] = town ?? (division === undefined ? null : townOf(String(division)));
    },
  };
}

/** Villages have 12 digits, the first 9 of them their township's. */
function townOf(division: string): string | null {
  return division === '' ? null : division.length === 12 ? division.slice(0, 9) : division;
}
