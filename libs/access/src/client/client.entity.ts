import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Scope } from '../policy/policy.js';

@Entity({ schema: 'access', name: 'client' })
export class Client {
  @PrimaryColumn('text') id!: string;
  @Column('text') department!: string;
  @Column('text', { name: 'grant_id', nullable: true }) grant!: string | null;
  /** The person who acts by it. */
  @Column('text', { nullable: true }) officer!: string | null;
  /** The neighbour hub that calls by it. */
  @Column('text', { nullable: true }) neighbour!: string | null;
  @Column('text', { array: true }) scopes!: Scope[];
  @Column('text') method!: 'client_secret_basic' | 'private_key_jwt';
  @Column('bytea', { name: 'secret_digest', nullable: true }) secretDigest!: Buffer | null;
  @Column('jsonb', { nullable: true }) jwks!: { keys: Record<string, unknown>[] } | null;
  @Column('text', { default: 'active' }) state!: 'active' | 'revoked';
  @Column('timestamptz', { name: 'created_at', default: () => 'current_timestamp' }) createdAt!: Date;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
}
