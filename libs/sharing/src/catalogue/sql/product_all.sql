-- grain: one product of the catalogue
-- inputs: none
select definition from sharing.product order by id
