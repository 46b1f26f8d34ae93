-- grain: one entry of the inbox, newest first
-- inputs: $1 feed, $2 state, $3 kind, $4 only these feeds, $5 before this id, each or null; $6 at most so many
select id, feed, kind, field, subject, rows::float8 as rows, detail, state, contract_version as "contractVersion", first_run as "firstRun", last_run as "lastRun",
       first_seen as "firstSeen", last_seen as "lastSeen", seen, decided_by as "decidedBy", reason, decided_at as "decidedAt", mapped_to as "mappedTo", amendments, lapsed
  from runs.feed_drift
 where ($1::text is null or feed = $1) and ($2::text is null or state = $2) and ($3::text is null or kind = $3)
   and ($4::text[] is null or feed = any ($4)) and ($5::int4 is null or id < $5)
 order by id desc limit $6
