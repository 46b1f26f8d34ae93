import { civil } from '../calendar/days.js';
import { Weighted, type Rng } from '../random/rng.js';
import { MEN, RARE, RARE_FOUR_BYTE, WOMEN, type GivenNameStyle } from './given-names.js';
import { FOREIGN_FAMILY, FOREIGN_MEN, FOREIGN_WOMEN, MANNERS } from './other-names.js';
import { HUI_SURNAMES, KOREAN_SURNAMES, SURNAMES } from './surnames.js';

interface Style { until: number; singleShare: number; first: Weighted<string>; second: Weighted<string>; single: Weighted<string> }

/** The r-th liked character is met in proportion to 1/(r + 7): the fall of the lists of commonest names. */
function byLiking(characters: string): Weighted<string> {
  const list = [...characters];
  return new Weighted(list, list.map((_, rank) => 1 / (rank + 7)));
}

function compile(style: GivenNameStyle): Style {
  return { until: style.until, singleShare: style.singleShare, first: byLiking(style.first), second: byLiking(style.second), single: byLiking(style.single) };
}

const men = MEN.map(compile);
const women = WOMEN.map(compile);
const surnames = new Weighted(SURNAMES.items, SURNAMES.weights);
const hui = new Weighted(HUI_SURNAMES.items, HUI_SURNAMES.weights);
const korean = new Weighted(KOREAN_SURNAMES.items, KOREAN_SURNAMES.weights);

export function drawSurname(rng: Rng, ethnicity: string): string {
  if (ethnicity === '03') return hui.at(rng.float());
  if (ethnicity === '10') return korean.at(rng.float());
  return surnames.at(rng.float());
}

/** One or two characters in the fashion of the year of birth. One name in four hundred holds a rare character. */
export function drawGivenName(rng: Rng, sex: 1 | 2, birth: number): string {
  const year = civil(birth).year;
  const styles = sex === 1 ? men : women;
  const style = styles.find((s) => year <= s.until) ?? styles[styles.length - 1];
  const rare = rng.float();
  if (rng.chance(style.singleShare)) {
    if (rare < 0.002) return rng.of(RARE);
    return style.single.at(rng.float());
  }
  const first = style.first.at(rng.float());
  if (rare < 0.0018) return first + rng.of(RARE);
  if (rare < 0.0025) return first + rng.of(RARE_FOUR_BYTE);
  for (;;) {
    const second = style.second.at(rng.float());
    if (second !== first) return first + second;
    if (rng.chance(0.3)) return first + second;
  }
}

/** A whole name in the manner of peoples who have no surname; null for those who have. */
export function drawDottedName(rng: Rng, ethnicity: string, sex: 1 | 2): string | null {
  const manner = MANNERS[ethnicity];
  if (!manner) return null;
  const given = rng.of(sex === 1 ? manner.men : manner.women);
  if (manner.father.length === 0) return given;
  const father = rng.of(manner.father);
  // The Yi put the clan first, the Turkic peoples the given name.
  return ethnicity === '07' ? `${father}·${given}` : `${given}·${father}`;
}

export function drawForeignName(rng: Rng, sex: 1 | 2): string {
  return `${rng.of(FOREIGN_FAMILY)} ${rng.of(sex === 1 ? FOREIGN_MEN : FOREIGN_WOMEN)}`;
}
