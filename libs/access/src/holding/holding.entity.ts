import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Who holds a grant, and whether it stands. */
@Entity({ schema: 'access', name: 'holding' })
export class Holding {
  @PrimaryColumn('text', { name: 'grant_id' }) grant!: string;
  @Column('text') department!: string;
  @Column('text', { default: 'active' }) state!: 'active' | 'revoked';
  @Column('timestamptz', { name: 'valid_from' }) validFrom!: Date;
  @Column('timestamptz', { name: 'valid_to', nullable: true }) validTo!: Date | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
  @Column('text', { nullable: true }) reason!: string | null;
}
