-- Grain: a person of whom a second entry of the feed speaks beside the first for the facet both supply, or whose row names its own end.
-- Inputs: the feed's rows.
insert into reconcile.affected (person, facet)
select s.subject_key, :{facet} from :{current} s where s.role = :{role} and (:{also})
