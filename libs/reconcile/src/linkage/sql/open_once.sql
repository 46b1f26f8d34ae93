-- Grain: an open row that stands there again because two persons share its number.
-- Inputs: open rows of a delivery.
delete from :{open} a using :{open} b
where a.registered and b.registered
  and a.subject_key = b.subject_key and a.source_key = b.source_key and a.role = b.role and a.ctid > b.ctid
