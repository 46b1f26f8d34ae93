drop function runs.forget_chunks(int4);
