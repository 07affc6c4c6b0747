-- `pending` 1: Salesforce is still to be told of something about a closed contact, beside its Task.
ALTER TABLE contact ADD COLUMN pending INTEGER NOT NULL DEFAULT 0;
CREATE INDEX contact_pending ON contact (key) WHERE pending = 1;
