-- What the office promised about a notice when it was owed. Notices that were
-- owed before were promised nothing.
ALTER TABLE coordkit_obligation ADD COLUMN digest TEXT NOT NULL DEFAULT '';
ALTER TABLE coordkit_obligation ADD COLUMN due INTEGER;
ALTER TABLE coordkit_obligation ADD COLUMN acknowledge INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coordkit_obligation ADD COLUMN answer_by INTEGER;
