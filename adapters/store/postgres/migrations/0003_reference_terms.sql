-- How a reference is meant, in JSON; empty for the plain terms that most have.
ALTER TABLE coordkit_reference ADD COLUMN terms TEXT NOT NULL DEFAULT '';
