-- Whose recording it is: for longer than the contact itself is kept. `at` is when the contact began.
CREATE TABLE recorded (
    contact TEXT PRIMARY KEY,
    agent TEXT NOT NULL,
    at INTEGER NOT NULL,
    epoch INTEGER NOT NULL
);
CREATE INDEX recorded_at ON recorded (at);
