-- The sheets of the registers, and what they are found by. A list by key walks
-- the primary key of the latter.
CREATE TABLE coordkit_sheet (
  tenant TEXT COLLATE "C" NOT NULL,
  book   TEXT COLLATE "C" NOT NULL,
  id     TEXT COLLATE "C" NOT NULL,
  rev    BIGINT NOT NULL,
  events BIGINT NOT NULL,
  keys   TEXT COLLATE "C" NOT NULL,
  body   TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, book, id)
);
CREATE TABLE coordkit_sheet_key (
  tenant TEXT COLLATE "C" NOT NULL,
  book   TEXT COLLATE "C" NOT NULL,
  name   TEXT COLLATE "C" NOT NULL,
  value  TEXT COLLATE "C" NOT NULL,
  id     TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, book, name, value, id)
);
