-- grain: one client that is let in
-- inputs: $1 client id
select c.id, c.department, c.grant_id, c.scopes, c.method, c.secret_digest, c.jwks
  from access.client c join access.department d on d.id = c.department
 where c.id = $1 and c.state = 'active' and d.state = 'active'
