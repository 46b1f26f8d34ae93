-- grain: one client that is let in, without what it proves itself by
-- inputs: none
select c.id, c.department, c.grant_id, c.scopes
  from access.client c join access.department d on d.id = c.department
 where c.state = 'active' and d.state = 'active'
