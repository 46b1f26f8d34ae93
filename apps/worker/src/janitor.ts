import type { CopyKeeper } from '#staging';
import type { Line } from './line/line.js';
import type { ReplayLine } from './line/replay-line.js';

/** Clears what dead workers left and what policy keeps no longer. Each part goes on where another fails; the next sweep tries again. */
export class Janitor {
  private sweeping: Promise<unknown> | null = null;

  constructor(private readonly line: Line, private readonly replayLine: ReplayLine, private readonly keeper: CopyKeeper, private readonly feeds: readonly string[]) {}

  async sweep(): Promise<void> {
    // A sweep may take longer than the time to the next.
    if (this.sweeping !== null) return;
    this.sweeping = this.parts();
    await this.sweeping;
    this.sweeping = null;
  }

  private async parts(): Promise<void> {
    const parts = [() => this.line.sweepLeftovers(), () => this.replayLine.sweepLeftovers(), () => this.line.sweepUnmeasured(), () => this.keeper.round(this.feeds)];
    for (const part of parts) await part().catch(() => undefined);
  }
}
