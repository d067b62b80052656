-- The sheets of the registers, and what they are found by. A list by key walks
-- the primary key of the latter.
CREATE TABLE coordkit_sheet (
  tenant TEXT    NOT NULL,
  book   TEXT    NOT NULL,
  id     TEXT    NOT NULL,
  rev    INTEGER NOT NULL,
  events INTEGER NOT NULL,
  keys   TEXT    NOT NULL,
  body   TEXT    NOT NULL,
  PRIMARY KEY (tenant, book, id)
) STRICT;
CREATE TABLE coordkit_sheet_key (
  tenant TEXT NOT NULL,
  book   TEXT NOT NULL,
  name   TEXT NOT NULL,
  value  TEXT NOT NULL,
  id     TEXT NOT NULL,
  PRIMARY KEY (tenant, book, name, value, id)
) STRICT, WITHOUT ROWID;
