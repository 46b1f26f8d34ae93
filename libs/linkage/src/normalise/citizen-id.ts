import { foldDocument, isRealDate, parseCitizenId } from '#kernel';
import { write, type Normaliser, type NormaliserOptions, type Reading } from './normaliser.js';

const COLUMNS = ['', '_valid', '_mask', '_prefix', '_birth', '_sex'];
/** Some of 18 places covered by whatever people cover them with. */
const COVERED = /^[1-8](?=.*[^0-9].)[0-9X*?#×_●•-]{16}[0-9X*?#×_●•-]$/;

/**
 * Source columns: the number, and where there is one the kind of document. Columns: '' — 18 characters; _valid — 1, or 0
 * where the check character or the date is wrong; _mask — the first 6 and the last 4; _prefix — the first 14;
 * _birth — YYYY-MM-DD; _sex — 1 or 2. A number partly covered yields what it shows; fillers and foreign numbers nothing.
 */
export function citizenId(options: NormaliserOptions): Normaliser {
  // A model file may write a code as a number.
  const others = new Set(options.kinds?.map((kind) => String(kind).trim()));
  return {
    columns: COLUMNS,
    into(row, out, at) {
      const [number = '', kind = ''] = row;
      write(number === '' || (kind !== '' && others.has(kind.trim())) ? null : readNumber(number), out, at, COLUMNS.length);
    },
  };
}

function readNumber(number: string): Reading {
  const parsed = parseCitizenId(number);
  if (parsed === null) return readCovered(foldDocument(number));
  const { id, valid, birthDate, sex } = parsed;
  // A foreigner's residence card has a number of this shape.
  if (id.startsWith('9')) return null;
  return [id, valid ? '1' : '0', id.slice(0, 6) + id.slice(14), id.slice(0, 14), birthDate, sex];
}

function readCovered(number: string): Reading {
  if (!COVERED.test(number)) return null;
  const shown = (from: number, to: number): boolean => /^\d*X?$/.test(number.slice(from, to)) && !number.slice(from, Math.min(to, 17)).includes('X');
  if (!shown(0, 6)) return null;
  const birth = shown(6, 14) && isRealDate(Number(number.slice(6, 10)), Number(number.slice(10, 12)), Number(number.slice(12, 14)));
  return [
    null,
    null,
    shown(14, 18) ? number.slice(0, 6) + number.slice(14) : null,
    shown(6, 14) ? number.slice(0, 14) : null,
    birth ? `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}` : null,
    shown(16, 17) ? String(2 - (Number(number[16]) % 2)) : null,
  ];
}
