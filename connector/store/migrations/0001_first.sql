-- Values are msgpack; columns beside them are what queries ask for. Times are ms since 1970 UTC.
-- `epoch` is the owner's number at the time of writing: it rises by one with every start.

CREATE TABLE owner (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch INTEGER NOT NULL
);
INSERT INTO owner VALUES (1, 0);

-- `closed` NULL: the contact is open. `written`: the last revision of its Task that the contact knows to be written.
CREATE TABLE contact (
    key TEXT PRIMARY KEY,
    agent TEXT,
    started INTEGER NOT NULL,
    closed INTEGER,
    written INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    value BLOB NOT NULL
);
CREATE INDEX contact_open ON contact (key) WHERE closed IS NULL;
CREATE INDEX contact_today ON contact (agent, started) WHERE closed IS NOT NULL;
CREATE INDEX contact_closed ON contact (closed) WHERE closed IS NOT NULL;

CREATE TABLE agent (
    id TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL,
    value BLOB NOT NULL
);

-- One row per contact. `due`: when it is to be tried, under a lease when that ends, NULL when there is nothing to do
-- (written, or parked). `told` 0: an outcome was settled that the contact's own value may not show yet.
CREATE TABLE outbox (
    contact TEXT PRIMARY KEY,
    wanted INTEGER NOT NULL,
    fields BLOB NOT NULL,
    written INTEGER NOT NULL DEFAULT 0,
    written_fields BLOB,
    task_id TEXT,
    due INTEGER,
    lease_until INTEGER,
    parked INTEGER NOT NULL DEFAULT 0,
    doubtful INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    told INTEGER NOT NULL DEFAULT 1,
    code TEXT NOT NULL DEFAULT '',
    field TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    epoch INTEGER NOT NULL
);
CREATE INDEX outbox_due ON outbox (due) WHERE due IS NOT NULL;
CREATE INDEX outbox_unsettled ON outbox (contact) WHERE wanted > written OR told = 0;

CREATE TABLE reply (
    agent TEXT NOT NULL,
    request TEXT NOT NULL,
    at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (agent, request)
);
CREATE INDEX reply_at ON reply (at);

CREATE TABLE directory (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch INTEGER NOT NULL,
    value BLOB NOT NULL
);
