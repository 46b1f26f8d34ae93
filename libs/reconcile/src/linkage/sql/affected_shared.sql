-- Grain: a person who is not registered and of whom other feeds speak too.
-- Inputs: keys looked at again.
insert into reconcile.affected (person, facet)
select subject_key, 'provisional_identity' from reconcile.look_again where not registered
