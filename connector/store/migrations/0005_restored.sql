-- Contacts of which the org may hold newer versions than this file: it was restored from a backup. `revision` is the
-- newest that the backup knew, `fields` what the Task would have been then. A row goes when its Task was looked up.
CREATE TABLE restored (
    contact TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    fields BLOB NOT NULL
) WITHOUT ROWID;
-- When this file was last restored, 0 for never.
ALTER TABLE owner ADD COLUMN restored INTEGER NOT NULL DEFAULT 0;
