import { IsIn, IsOptional, Matches } from 'class-validator';

/** What may be set of the worker from outside. */
export class WorkerSettings {
  /** Whether deliveries are kept, sealed, in the data folder. Default on. */
  @IsIn(['on', 'off'])
  HUSHU_KEEP_DELIVERIES!: 'on' | 'off';

  /** For fault tests: ends the process as kill -9 does when the n-th passage of a named point is reached, `<point>#<n>`. */
  @IsOptional() @Matches(/^[a-z.-]+#\d+$/)
  HUSHU_KILL_AT?: string;
}
