import type { Registers } from '../feed/sources.js';
import type { Block } from '../people/block.js';
import { ResidenceTruth } from '../truth/residence.js';
import type { Truth } from '../truth/truth.js';
import { Chapter } from './chapter.js';
import { planCounters } from './counters.js';
import { planFamilies } from './families.js';
import { planMoves } from './moves.js';

/** A block's life after day 0, a day at a time; what is true of residence is written down as it goes. */
export class Story {
  private readonly chapter: Chapter;
  private readonly residence: ResidenceTruth;

  constructor(private readonly block: Block, registers: Registers, truth: Truth) {
    this.chapter = new Chapter(block, registers);
    this.residence = new ResidenceTruth(truth, block);
    planFamilies(this.chapter);
    planMoves(this.chapter);
    planCounters(this.chapter);
  }

  /** The day before the deliveries of `day`. */
  live(day: number): void {
    this.residence.pass(day, this.chapter.live(this.block.world.start + day - 1));
  }
}
