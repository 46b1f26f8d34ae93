-- Grain: a standard address that is new or has other content; after a first delivery every one.
-- Inputs: the register's rows that hold now, changes of the run.
insert into reconcile.standard_address (source_key, address_key, run, address_code, division, address)
select s.source_key, s.address_key, s.run, :{code}, :{division}, :{address}
from :{current} s
where $2::boolean or s.source_key in (select source_key from staging.change where run = $1 and op <> 'D')
