drop function staging.count_changes();
