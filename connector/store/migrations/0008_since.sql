-- Since when the oldest revision is wanted that is not written, NULL when there is none.
ALTER TABLE outbox ADD COLUMN since INTEGER;
UPDATE outbox SET since = due WHERE wanted > written;
