-- Grain: an open task about a row that stands in no version any more.
-- Inputs: rows that were decided again, the feed's rows and closed versions.
update reconcile.review_task t set state = 'withdrawn', closed_at = $1::timestamptz
from reconcile.resolution r
where r.feed = :{feed} and r.after is null and t.state = 'open'
  and t.subject_key = r.subject_key and t.feed = r.feed and t.source_key = r.source_key and t.role = r.role
  and not exists (select from :{current} s where s.subject_key = t.subject_key and s.source_key = t.source_key and s.role = t.role)
  and not exists (select from :{past} h where h.subject_key = t.subject_key and h.source_key = t.source_key and h.role = t.role)
