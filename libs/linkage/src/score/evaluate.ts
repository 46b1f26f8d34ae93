/** How good a set of links is. */
export interface Quality { links: number; right: number; precision: number; recall: number; f1: number }

export interface Evaluation {
  /** Pairs there are to be found. */
  pairs: number;
  /** Links that are accepted without a look. */
  accepted: Quality;
  /** Links whose probability is a half or more. */
  half: Quality;
  /** What would stand if every link under review were decided rightly. */
  reviewed: Quality;
  review: number;
  /** By probability: what was said, and what was so; bins of few links tell little. */
  calibration: { from: number; links: number; said: number; right: number }[];
}

interface Told { left: string; right: string; probability: number; decision: 'auto' | 'review' }

const BINS = [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

/** Compares links with the truth; links of which the truth says nothing are left out. */
export class Evaluator {
  private readonly kinds = { accepted: [0, 0], half: [0, 0], review: [0, 0] };
  private readonly bins = BINS.map((from) => ({ from, links: 0, said: 0, right: 0 }));

  constructor(private readonly truth: { same(left: string, right: string): boolean | undefined }) {}

  take({ left, right, probability, decision }: Told): void {
    const same = this.truth.same(left, right);
    if (same === undefined) return;
    const count = (kind: number[]): void => {
      kind[0]!++;
      if (same) kind[1]!++;
    };
    count(decision === 'auto' ? this.kinds.accepted : this.kinds.review);
    if (probability >= 0.5) count(this.kinds.half);
    const bin = this.bins.findLast(({ from }) => probability >= from)!;
    bin.links++;
    bin.said += probability;
    if (same) bin.right++;
  }

  /** @param pairs how many there are to be found */
  result(pairs: number): Evaluation {
    const { accepted, half, review } = this.kinds;
    const quality = ([links, right]: number[]): Quality => {
      const [precision, recall] = [links === 0 ? 0 : right! / links!, pairs === 0 ? 0 : right! / pairs];
      return { links: links!, right: right!, precision, recall, f1: precision + recall === 0 ? 0 : 2 * precision * recall / (precision + recall) };
    };
    return {
      pairs, accepted: quality(accepted), half: quality(half), reviewed: quality([accepted[0]! + review[1]!, accepted[1]! + review[1]!]), review: review[0]!,
      calibration: this.bins.filter(({ links }) => links > 0).map(({ from, links, said, right }) => ({ from, links, said: said / links, right: right / links })),
    };
  }
}
