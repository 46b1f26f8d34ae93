import type { AuditEvent } from './audit-event.js';

/** unread: the body is not JSON. unknown-terms: no such version was ever loaded. beyond-terms: a field it does not hold. revoked, outside-term: the grant did not stand. */
export type CoverageFault = 'unread' | 'unknown-terms' | 'beyond-terms' | 'revoked' | 'outside-term';

interface Terms { department: string; fields: ReadonlySet<string>; from: number; to: number }

/** A look that was under way when its grant was revoked may be written after it, by this much and no more. */
const REVOKED_WITHIN_MS = 1000;

/**
 * Follows the audit and holds each look against the terms the audit itself tells: needs nothing but the events,
 * in order. The terms of a grant are in the audit before they are in force.
 */
export class Coverage {
  readonly faults: { seq: number; fault: CoverageFault }[] = [];
  looks = 0;
  private readonly terms = new Map<string, Terms>();
  private readonly revoked = new Map<string, number>();

  see(seq: number, body: string): void {
    let event: AuditEvent & { at: string };
    try {
      event = JSON.parse(body) as AuditEvent & { at: string };
    } catch {
      this.faults.push({ seq, fault: 'unread' });
      return;
    }
    if (event.kind === 'grant-loaded') this.terms.set(`${event.grant} ${event.version}`, termsOf(event));
    else if (event.kind === 'grant-revoked') this.revoked.set(event.grant!, Date.parse(event.at));
    else if (event.kind === 'query') {
      this.looks++;
      const fault = this.faultOf(event);
      if (fault) this.faults.push({ seq, fault });
    }
  }

  private faultOf(event: AuditEvent & { at: string }): CoverageFault | undefined {
    const terms = this.terms.get(`${event.grant} ${event.version}`);
    const at = Date.parse(event.at);
    if (!terms || terms.department !== event.department) return 'unknown-terms';
    if (event.fields?.some((field) => !terms.fields.has(field)) ?? true) return 'beyond-terms';
    const revoked = this.revoked.get(event.grant!);
    if (revoked !== undefined && at > revoked + REVOKED_WITHIN_MS) return 'revoked';
    return at < terms.from || at >= terms.to + REVOKED_WITHIN_MS ? 'outside-term' : undefined;
  }
}

function termsOf(event: AuditEvent): Terms {
  const { from, to } = (event.detail?.['valid'] ?? {}) as { from?: string; to?: string };
  const day = (date: string | undefined, days: number, otherwise: number): number =>
    (date === undefined ? otherwise : Date.parse(`${date}T00:00:00+08:00`) + days * 86_400_000);
  return { department: event.department!, fields: new Set(event.fields), from: day(from, 0, -Infinity), to: day(to, 1, Infinity) };
}
