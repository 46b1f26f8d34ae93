/** A statement that must return no row; each row it returns names what is wrong. */
interface Invariant { name: string; sql: string }

/** What must always hold of the ledger; `hushu verify` runs it on the live store as its owner. */
export function runInvariants(): Invariant[] {
  return [
    {
      name: 'read = duplicate + rejected + unchanged + added + changed + held',
      sql: `select id::text as what from runs.run where rows_read is not null and state in ('staged', 'held', 'linked', 'published')
              and rows_read <> rows_duplicate + rows_rejected + rows_unchanged + rows_added + rows_changed + rows_held limit 20`,
    },
    {
      name: 'what is held names its rule, what is refused or failed too',
      sql: `select id::text as what from runs.run where state in ('held', 'refused', 'failed') and reason_rule is null limit 20`,
    },
    {
      name: 'what was released was released by as many different people as it took',
      sql: `select r.id::text as what from runs.run r left join runs.decision d on d.run = r.id and d.verb = 'release' and not d.lapsed
             where r.released and r.state not in ('held', 'discarded')
             group by r.id having count(distinct d.by) < coalesce(max(d.needed), 1) limit 20`,
    },
    {
      name: 'no bell waits longer than a minute',
      sql: `select id::text as what from runs.outbox where sent_at is null and created_at < clock_timestamp() - interval '1 minute' limit 20`,
    },
    {
      name: 'the publish lane is held by a run that is at work, or by none',
      sql: `select l.run::text as what from runs.lane l join runs.run r on r.id = l.run where r.state in ('published', 'discarded', 'refused') limit 20`,
    },
  ];
}
