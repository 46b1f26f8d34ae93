import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ schema: 'access', name: 'department' })
export class Department {
  @PrimaryColumn('text') id!: string;
  @Column('text', { name: 'name_zh' }) nameZh!: string;
  @Column('text', { name: 'name_en' }) nameEn!: string;
  /** Unified social credit code (GB 32100). */
  @Column('text', { nullable: true }) code!: string | null;
  /** It runs the hub: its officers act on every feed. */
  @Column('boolean', { default: false }) hub!: boolean;
  @Column('text', { default: 'active' }) state!: 'active' | 'suspended';
  @Column('timestamptz', { name: 'created_at', default: () => 'current_timestamp' }) createdAt!: Date;
}
