-- Grain: a message that is due, given to whoever asks for so long; one at a time.
-- Inputs: $1 now, $2 when it is due again should its sender die.
update watch.notice set attempts = attempts + 1, due_at = $2
where id = (select id from watch.notice where state = 'waiting' and due_at <= $1 order by due_at limit 1 for update skip locked)
returning id, channel, body, attempts
