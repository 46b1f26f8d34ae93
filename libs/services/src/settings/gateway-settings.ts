import { IsString, IsUrl, Matches } from 'class-validator';

/** What may be set of the gateway from outside. */
export class GatewaySettings {
  /** The address outsiders know it by: issuer of access tokens, base of problem types. Default http://localhost:<port>. */
  @IsUrl({ protocols: ['http', 'https'], require_tld: false, require_protocol: true }) @Matches(/[^/]$/, { message: 'HUSHU_PUBLIC_URL must not end with a slash' })
  HUSHU_PUBLIC_URL!: string;

  /** Name or address it listens on. Default localhost; 0.0.0.0 for all of the machine's. */
  @IsString()
  HUSHU_HOST!: string;
}
