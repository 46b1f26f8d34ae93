import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Matches, Min } from 'class-validator';

/** What may be set of the worker from outside. */
export class WorkerSettings {
  /** Whether deliveries are kept, sealed, in the data folder. Default on. */
  @IsIn(['on', 'off'])
  HUSHU_KEEP_DELIVERIES!: 'on' | 'off';

  /** Rows of a delivery that are committed at once: what a dead worker's successor repeats at most. Default 100,000. */
  @Type(() => Number) @IsInt() @Min(1)
  HUSHU_CHUNK_ROWS!: number;

  /** For fault tests: where the process ends as kill -9 does, `<point>[@<run>][#<n-th passage>]`, or freezes (`:stop`). */
  @IsOptional() @Matches(/^[a-z.-]+(@\d+)?(#\d+)?(:stop)?$/)
  HUSHU_KILL_AT?: string;

  /** For fault tests: writes every such point that is passed to the log. Default off. */
  @IsIn(['on', 'off'])
  HUSHU_TELL_POINTS!: 'on' | 'off';
}
