-- Grain: a change that nobody was told of, oldest first; locked, so that one worker tells of it.
-- Inputs: none.
select id, feed, colour_before, colour, because, at from watch.alert where noticed_at is null order by id for update skip locked
