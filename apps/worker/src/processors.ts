import { Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { QUEUES, type FetchJob, type RunJob } from '#runs/queue';
import { FetchLine } from './line/fetch.js';
import { Line } from './line/line.js';
import { RedriveLine } from './line/redrive-line.js';
import { ReplayLine } from './line/replay-line.js';

/** Looks at runs that wait to be staged. */
@Processor('stage', QUEUES.stage)
export class StageProcessor extends WorkerHost {
  constructor(private readonly line: Line) {
    super();
  }

  async process(job: Job<RunJob>): Promise<void> {
    await this.line.stage(job.data.run);
  }
}

/** Looks at runs that wait to be linked. */
@Processor('link', QUEUES.link)
export class LinkProcessor extends WorkerHost {
  constructor(private readonly line: Line) {
    super();
  }

  async process(job: Job<RunJob>): Promise<void> {
    await this.line.link(job.data.run);
  }
}

/** Looks at runs that wait to be published. */
@Processor('apply', QUEUES.apply)
export class ApplyProcessor extends WorkerHost {
  constructor(private readonly line: Line) {
    super();
  }

  async process(job: Job<RunJob>): Promise<void> {
    await this.line.apply(job.data.run);
  }
}

/** Looks at feeds that are due to be fetched. */
@Processor('fetch', QUEUES.fetch)
export class FetchProcessor extends WorkerHost {
  constructor(private readonly line: FetchLine) {
    super();
  }

  async process(job: Job<FetchJob>): Promise<void> {
    await this.line.fetch(job.data.feed);
  }
}

/** Looks at orders to drive rejects again. */
@Processor('redrive', QUEUES.redrive)
export class RedriveProcessor extends WorkerHost {
  constructor(private readonly line: RedriveLine) {
    super();
  }

  async process(job: Job<RunJob>): Promise<void> {
    await this.line.perform(job.data.run);
  }
}

/** Looks at orders to read past runs again. */
@Processor('replay', QUEUES.replay)
export class ReplayProcessor extends WorkerHost {
  constructor(private readonly line: ReplayLine) {
    super();
  }

  async process(job: Job<RunJob>): Promise<void> {
    await this.line.perform(job.data.run);
  }
}
