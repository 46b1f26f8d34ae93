drop function staging.state_text(numeric, numeric);
