-- Grain: a row that speaks of somebody else than its number plainly says, of one of several, or of nobody yet.
-- Inputs: pairs and how their names agree.
insert into reconcile.decision (subject_key, source_key, feed, role, person, state, rule, evidence, candidates)
select subject_key, source_key, feed, role,
       case when agreeing = 1 then person end,
       case when agreeing = 1 then 'linked' else 'review' end,
       case when agreeing = 1 then 'number-and-name-' || agreement when agreeing = 0 then 'name-disagrees' else 'number-shared' end,
       evidence, candidates
from (
  select subject_key, source_key, feed, role,
         count(*) as pairs,
         count(*) filter (where agreement <> 'disagree') as agreeing,
         (array_agg(person) filter (where agreement <> 'disagree'))[1] as person,
         min(agreement) filter (where agreement <> 'disagree') as agreement,
         array_agg(person order by person) as candidates,
         hashtextextended(string_agg(concat_ws('|', person, name_fold, former_name, birth_date, other_name_fold, other_former_name, other_birth_date), ';' order by person), 0) as evidence
  from reconcile.candidate_pair
  group by subject_key, source_key, feed, role
) row_of
where not (pairs = 1 and agreeing = 1 and agreement = 'equal' and person = subject_key)
