-- Grain: an exception of a row that stands in no version any more.
-- Inputs: rows that were decided again, the feed's rows and closed versions.
delete from reconcile.crosswalk_exception x
using reconcile.resolution r
where r.feed = :{feed} and r.after is null
  and x.subject_key = r.subject_key and x.feed = r.feed and x.source_key = r.source_key and x.role = r.role
  and not exists (select from :{current} s where s.subject_key = x.subject_key and s.source_key = x.source_key and s.role = x.role)
  and not exists (select from :{past} h where h.subject_key = x.subject_key and h.source_key = x.source_key and h.role = x.role)
