-- grain: one client that is let in, without what it proves itself by, with the feeds its officer acts on: all (null) of the hub's, else its department's
-- inputs: none
select c.id, c.department, c.grant_id, c.scopes, c.officer, c.neighbour,
       case when not d.hub then array(select s.feed from access.supply s where s.department = d.id order by s.feed) end as feeds
  from access.client c join access.department d on d.id = c.department
 where c.state = 'active' and d.state = 'active'
