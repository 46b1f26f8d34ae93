import { AnsweredCalls, AuditWriter } from '#access';
import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from '#database';
import { Offers, Receiver, type Neighbours } from '#exchange';
import { Keys } from '#keys';
import { Ledger, Redrives, Replays, type OfficerSettings } from '#runs';
import { Freshness, GrantDirectory, PersonQuery } from '#sharing';
import { ExchangeController, NEIGHBOURS } from './exchange/exchange.controller.js';
import { EXAMPLE_NUMBER, OpenController, PUBLIC_URL } from './open/open.controller.js';
import { Once } from './http/once.js';
import { RunEventsController } from './operations/events/run-events.controller.js';
import { RunStreams } from './operations/events/run-streams.js';
import { DriftController } from './operations/drift.controller.js';
import { FeedsController } from './operations/feeds.controller.js';
import { HealthController } from './operations/health.controller.js';
import { HubStatus } from './operations/hub-status.js';
import { HubsController } from './operations/hubs.controller.js';
import { LineageController } from './operations/lineage.controller.js';
import { Metrics } from './operations/metrics.js';
import { OperationsReader } from './operations/operations-reader.js';
import { QualityController } from './operations/quality.controller.js';
import { RedrivesController } from './operations/redrives.controller.js';
import { RejectReportController } from './operations/reject-report.controller.js';
import { RejectsController } from './operations/rejects.controller.js';
import { ReplaysController } from './operations/replays.controller.js';
import { OFFICERS, RunDecisionsController } from './operations/run-decisions.controller.js';
import { RunErrorsController } from './operations/run-errors.controller.js';
import { RunsController } from './operations/runs.controller.js';
import { TimelineController } from './operations/timeline.controller.js';
import { MeController } from './sharing/me.controller.js';
import { PersonsController } from './sharing/persons.controller.js';

const END = Symbol('END');

export interface GatewayProviders {
  database: Database; keys: Keys; answered: AnsweredCalls; audit: AuditWriter; directory: GrantDirectory; freshness: Freshness; query: PersonQuery;
  ledger: Ledger; redrives: Redrives; replays: Replays; officers: OfficerSettings; status: HubStatus; metrics: Metrics; publicUrl: string; exampleNumber: () => Promise<string | undefined>;
  exchange: { neighbours: Neighbours; offers: Offers; receiver: Receiver };
  /** Ends what was made for the gateway, after the last answer has left. */
  end: () => Promise<void>;
}

/** One folder an audience; the controllers turn calls into the libs' work and decide nothing. */
@Module({ 
  controllers: [PersonsController, MeController, DriftController, FeedsController, LineageController, TimelineController, RunEventsController, RunErrorsController, RunDecisionsController, ReplaysController, RunsController, RejectsController, RedrivesController, RejectReportController, QualityController, HealthController, ExchangeController, HubsController, OpenController],
  providers: [OperationsReader, RunStreams, Once],
})
export class GatewayModule implements OnApplicationShutdown {
  constructor(@Inject(END) private readonly end: () => Promise<void>) {}

  static of(made: GatewayProviders): DynamicModule {
    return {
      module: GatewayModule,
      providers: [
        { provide: Database, useValue: made.database }, { provide: AuditWriter, useValue: made.audit },
        { provide: AnsweredCalls, useValue: made.answered }, { provide: Ledger, useValue: made.ledger }, { provide: Redrives, useValue: made.redrives },
        { provide: Replays, useValue: made.replays }, { provide: Keys, useValue: made.keys }, { provide: OFFICERS, useValue: made.officers },
        { provide: GrantDirectory, useValue: made.directory }, { provide: Freshness, useValue: made.freshness },
        { provide: PersonQuery, useValue: made.query }, { provide: HubStatus, useValue: made.status },
        { provide: Metrics, useValue: made.metrics }, { provide: PUBLIC_URL, useValue: made.publicUrl },
        { provide: EXAMPLE_NUMBER, useValue: made.exampleNumber }, { provide: END, useValue: made.end },
        { provide: NEIGHBOURS, useValue: made.exchange.neighbours }, { provide: Offers, useValue: made.exchange.offers }, { provide: Receiver, useValue: made.exchange.receiver },
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.end();
  }
}
