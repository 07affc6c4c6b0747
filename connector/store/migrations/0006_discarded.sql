-- `discarded` 1: what is wanted is not written, since somebody decided so; a newer revision is.
ALTER TABLE outbox ADD COLUMN discarded INTEGER NOT NULL DEFAULT 0;
-- Who decided so and why; kept for longer than the contact.
CREATE TABLE discarded (
    contact TEXT NOT NULL,
    revision INTEGER NOT NULL,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (contact, revision)
) WITHOUT ROWID;
CREATE INDEX discarded_at ON discarded (at);
