-- Session tokens that were used, as long as they would be accepted: each is good once, also across a restart.
CREATE TABLE used_token (
    token TEXT PRIMARY KEY,
    until INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX used_token_until ON used_token (until);
