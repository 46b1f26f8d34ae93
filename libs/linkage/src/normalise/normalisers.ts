import { addressCn } from './address-cn.js';
import { citizenId } from './citizen-id.js';
import { date } from './date.js';
import { hanName } from './han-name.js';
import type { Normaliser, NormaliserOptions } from './normaliser.js';
import { phone } from './phone.js';
import { sex } from './sex.js';
import { code, digits, text, word } from './text.js';

/** By the name a model file gives it; undefined: no such kind. Each kind says at its own place which columns it yields. */
export const NORMALISERS: Readonly<Record<string, (options: NormaliserOptions) => Normaliser>> = {
  text, word, digits, code, date, 'han-name': hanName, 'citizen-id': citizenId, phone, 'address-cn': addressCn, sex,
};

export interface NormaliserInput {
  /** Source columns it takes at most; those of one text are joined by a space. */
  sources: number;
  /** Options it takes and how each is written in a model file: a list of texts, or texts by name. `places` is never written in a file. */
  options: Readonly<Partial<Record<keyof NormaliserOptions, 'list' | 'map'>>>;
}

const ONE_TEXT: NormaliserInput = { sources: Infinity, options: {} };
const TWO_COLUMNS = 2;

/** What each kind takes, for whoever reads a model file. */
export const NORMALISER_INPUT: Readonly<Record<string, NormaliserInput>> = {
  ...Object.fromEntries(Object.keys(NORMALISERS).map((kind) => [kind, ONE_TEXT])),
  'citizen-id': { sources: TWO_COLUMNS, options: { kinds: 'list' } },
  'address-cn': { sources: TWO_COLUMNS, options: { drop: 'list', towns: 'map' } },
};
