-- When the org last confirmed the directory, 0 for not known.
ALTER TABLE directory ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
