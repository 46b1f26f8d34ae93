-- grain: one delivery's receipt; a later word takes the place of a refusal, never of a delivery that was taken
-- inputs: $1 neighbour, $2 feed, $3 sequence, $4 outcome, $5 rule, $6 counts, $7 statement, $8 now
insert into exchange.receipt as known (hub, feed, sequence, outcome, rule, counts, statement, received_at) values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8)
on conflict (hub, feed, sequence) do update set outcome = excluded.outcome, rule = excluded.rule, counts = excluded.counts, statement = excluded.statement, received_at = excluded.received_at
  where known.outcome = 'refused' and (known.outcome, known.rule) is distinct from (excluded.outcome, excluded.rule)
returning outcome
