import type { StagedRun } from '#staging';
import { NO_DATE } from '../facet/facet.js';
import { literal, type LinkedFeed } from '../linkage/linked-feed.js';
import { affectRegistered } from '../spine/registered.js';
import type { Steps } from './steps.js';

const linkage = `${import.meta.dirname}/../linkage`;

/**
 * Names the persons whose facets must be looked at through all time. After a first delivery these are only
 * those of whom more than one row speaks; all its other rows are what their person is, and go in as they stand.
 */
export async function nameAffected(steps: Steps, s: StagedRun, feed: LinkedFeed, others: LinkedFeed[]): Promise<void> {
  const speaking = [feed, ...others].filter(({ spine, supplies }) => !spine && supplies.length > 0);
  if (speaking.length > 0) await steps.file('affected', linkage, 'affected_relinked', { supplies: suppliesOf(speaking) });
  if (feed.supplies.length === 0) return;
  if (s.first) await nameOfFirst(steps, feed, others);
  else if (feed.spine) await affectRegistered(steps, facetsOf(feed));
  else await steps.file('affected', linkage, 'affected_changed', { feed: literal(feed.feed), own_supplies: suppliesOf([feed]) }, [s.run]);
}

async function nameOfFirst(steps: Steps, feed: LinkedFeed, others: LinkedFeed[]): Promise<void> {
  const parts = { ...feed.parts(), own_facets: facetsOf(feed) };
  await steps.file('affected', linkage, 'affected_repeated', parts);
  if (!feed.spine) await steps.file('affected', linkage, 'affected_shared');
  for (const { facet, suppliers } of feed.supplies) {
    const first = new Map<number, string>();
    for (const { role, when, until } of suppliers) {
      if (until !== NO_DATE) await steps.file('affected', linkage, 'affected_also', { ...parts, facet: literal(facet.relation), role: `${role}`, also: `${until} is not null` });
      if (!first.has(role)) first.set(role, when);
      else await steps.file('affected', linkage, 'affected_also', { ...parts, facet: literal(facet.relation), role: `${role}`, also: when });
    }
    if (facet.relation === 'provisional_identity') continue;
    for (const other of others) {
      const theirs = other.supplies.find((one) => one.facet === facet);
      if (!theirs) continue;
      await steps.file('affected', linkage, 'affected_elsewhere', {
        ...parts, facet: literal(facet.relation), facet_roles: [...first.keys()].join(', '),
        other_current: other.current, other_past: other.past, other_feed: literal(other.feed),
        other_roles: [...new Set(theirs.suppliers.map(({ role }) => role))].join(', '),
      });
    }
  }
}

function facetsOf(feed: LinkedFeed): string {
  return feed.supplies.map(({ facet }) => `(${literal(facet.relation)})`).join(', ');
}

function suppliesOf(feeds: LinkedFeed[]): string {
  const found = new Set<string>();
  for (const { feed, supplies } of feeds) {
    for (const { facet, suppliers } of supplies) for (const { role } of suppliers) found.add(`(${literal(feed)}, ${role}, ${literal(facet.relation)})`);
  }
  return [...found].join(', ');
}
