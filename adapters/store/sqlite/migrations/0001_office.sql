-- Every event of every room, in the order of their positions: the truth.
CREATE TABLE journal (
  ord      INTEGER PRIMARY KEY,
  tenant   TEXT    NOT NULL,
  room     TEXT    NOT NULL,
  entity   TEXT    NOT NULL,
  seq      INTEGER NOT NULL,
  kind     TEXT    NOT NULL,
  at       INTEGER NOT NULL,
  actor    TEXT    NOT NULL,
  data     TEXT    NOT NULL,
  position INTEGER,
  recorded INTEGER
) STRICT;
CREATE UNIQUE INDEX journal_entity ON journal (tenant, entity, room, seq);
CREATE UNIQUE INDEX journal_position ON journal (tenant, position) WHERE position IS NOT NULL;

-- What the events of a change request lead to, with a column for each filter.
CREATE TABLE change_request (
  tenant    TEXT    NOT NULL,
  id        TEXT    NOT NULL,
  rev       INTEGER NOT NULL,
  events    INTEGER NOT NULL,
  state     TEXT    NOT NULL,
  category  TEXT    NOT NULL,
  applicant TEXT    NOT NULL,
  opened    INTEGER NOT NULL,
  doc       TEXT    NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX change_request_opened ON change_request (tenant, opened, id);
CREATE INDEX change_request_state ON change_request (tenant, state, opened, id);
CREATE INDEX change_request_category ON change_request (tenant, category, opened, id);
CREATE INDEX change_request_applicant ON change_request (tenant, applicant, opened, id);

-- The affected items of the requests, and the words they are found by.
CREATE TABLE change_item (
  tenant TEXT    NOT NULL,
  item   TEXT    NOT NULL,
  opened INTEGER NOT NULL,
  id     TEXT    NOT NULL,
  PRIMARY KEY (tenant, item, opened, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE change_term (
  tenant TEXT    NOT NULL,
  term   TEXT    NOT NULL,
  opened INTEGER NOT NULL,
  id     TEXT    NOT NULL,
  PRIMARY KEY (tenant, term, opened, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE change_number (
  tenant TEXT    NOT NULL,
  series TEXT    NOT NULL,
  last   INTEGER NOT NULL,
  PRIMARY KEY (tenant, series)
) STRICT, WITHOUT ROWID;

CREATE TABLE record (
  tenant     TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  rev        INTEGER NOT NULL,
  events     INTEGER NOT NULL,
  kind       TEXT    NOT NULL,
  title      TEXT    NOT NULL,
  subject    TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  media_type TEXT    NOT NULL,
  digest     TEXT    NOT NULL,
  size       INTEGER NOT NULL,
  dated      INTEGER NOT NULL,
  filed      INTEGER NOT NULL,
  filed_by   TEXT    NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX record_filed ON record (tenant, filed, id);
CREATE INDEX record_kind ON record (tenant, kind, filed, id);
CREATE INDEX record_subject ON record (tenant, subject, filed, id);

CREATE TABLE record_content (
  tenant  TEXT NOT NULL,
  digest  TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (tenant, digest)
) STRICT;

CREATE TABLE reference (
  tenant       TEXT    NOT NULL,
  id           TEXT    NOT NULL,
  type         TEXT    NOT NULL,
  source_kind  TEXT    NOT NULL,
  source_value TEXT    NOT NULL,
  target_kind  TEXT    NOT NULL,
  target_value TEXT    NOT NULL,
  reason       TEXT    NOT NULL,
  author       TEXT    NOT NULL,
  at           INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX reference_source ON reference (tenant, source_kind, source_value, id);
CREATE INDEX reference_target ON reference (tenant, target_kind, target_value, id);

-- The lease is no part of the obligation: it says until when a relay has it.
CREATE TABLE obligation (
  tenant     TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  rev        INTEGER NOT NULL,
  events     INTEGER NOT NULL,
  recipient  TEXT    NOT NULL,
  about      TEXT    NOT NULL,
  subject    TEXT    NOT NULL,
  owed_by    TEXT    NOT NULL,
  owed_at    INTEGER NOT NULL,
  state      TEXT    NOT NULL,
  evidence   TEXT    NOT NULL,
  reason     TEXT    NOT NULL,
  updated    INTEGER NOT NULL,
  updated_by TEXT    NOT NULL,
  lease      INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX obligation_owed ON obligation (tenant, owed_at, id);
CREATE INDEX obligation_state ON obligation (tenant, state, owed_at, id);
CREATE INDEX obligation_recipient ON obligation (tenant, recipient, owed_at, id);
CREATE INDEX obligation_recipient_state ON obligation (tenant, recipient, state, owed_at, id);

CREATE TABLE idempotent_reply (
  tenant    TEXT    NOT NULL,
  principal TEXT    NOT NULL,
  key       TEXT    NOT NULL,
  operation TEXT    NOT NULL,
  digest    TEXT    NOT NULL,
  status    INTEGER NOT NULL,
  header    TEXT    NOT NULL,
  body      BLOB    NOT NULL,
  created   INTEGER NOT NULL,
  expires   INTEGER NOT NULL,
  PRIMARY KEY (tenant, principal, key)
) STRICT;
CREATE INDEX idempotent_reply_expires ON idempotent_reply (tenant, expires);
