-- grain: one run whose sealed copy is kept no longer: it names its copy no more, which is left to be removed
-- inputs: $1 feed, $2 taken in before, $3 whether what the rows of today rest on goes as well, $4 the policy in words, $5 now, $6 at most so many
with due as (
  select r.id, r.feed, r.stored_path
    from runs.run r left join runs.newest_whole n on n.feed = r.feed
   where r.feed = $1::text and r.stored_path is not null and r.state in ('published', 'refused', 'discarded') and r.accepted_at < $2::timestamptz
     and ($3::boolean or r.state <> 'published' or (r.as_of, r.id) < (n.as_of, n.id))
   order by r.id limit $6::int8
   for no key update of r skip locked
), marked as (
  insert into runs.copy_end (run, feed, path, keep, marked_at)
  select id, feed, stored_path, $4::text, $5::timestamptz from due
  on conflict (run) do nothing
)
update runs.run r set stored_path = null from due where r.id = due.id returning r.id as run
