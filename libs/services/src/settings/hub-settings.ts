import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, IsUrl, Max, Min } from 'class-validator';

const asNumber = Transform(({ value }) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value));
const STORE = { protocols: ['postgres', 'postgresql'], require_tld: false, require_protocol: true };
const BELL = { protocols: ['redis', 'rediss'], require_tld: false, require_protocol: true };

/** What may be set from outside, in the words of the environment. */
export class HubSettings {
  /** Port of the gateway. Default 8080. */
  @asNumber @IsInt() @Min(1) @Max(65_535)
  HUSHU_PORT!: number;

  /** Folder of everything the hub keeps; relative to where it is started. Default `.hushu` in the checkout. */
  @IsString()
  HUSHU_DATA!: string;

  /** People of the demonstration district. Default 20,000. */
  @asNumber @IsInt() @Min(1) @Max(10_000_000)
  HUSHU_PEOPLE!: number;

  /** The district's folder. Default `config` in the checkout. */
  @IsString()
  HUSHU_CONFIG!: string;

  /** Folder of downloads that outlive a checkout. Default `~/.cache/hushu`. */
  @IsString()
  HUSHU_CACHE!: string;

  /** An external PostgreSQL, with a login that may make roles; the embedded one is not started then. */
  @IsOptional() @IsUrl(STORE)
  DATABASE_URL?: string;

  /** An external Redis; ours is not started then. */
  @IsOptional() @IsUrl(BELL)
  REDIS_URL?: string;
}
