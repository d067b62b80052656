-- Every event of every room, in the order of their positions: the truth.
CREATE TABLE coordkit_journal (
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
CREATE UNIQUE INDEX coordkit_journal_entity ON coordkit_journal (tenant, entity, room, seq);
CREATE UNIQUE INDEX coordkit_journal_position ON coordkit_journal (tenant, position) WHERE position IS NOT NULL;

-- What the events of a change request lead to, with a column for each filter.
CREATE TABLE coordkit_change_request (
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
CREATE INDEX coordkit_change_request_opened ON coordkit_change_request (tenant, opened, id);
CREATE INDEX coordkit_change_request_state ON coordkit_change_request (tenant, state, opened, id);
CREATE INDEX coordkit_change_request_category ON coordkit_change_request (tenant, category, opened, id);
CREATE INDEX coordkit_change_request_applicant ON coordkit_change_request (tenant, applicant, opened, id);

-- The affected items of the requests, and the words they are found by.
CREATE TABLE coordkit_change_item (
  tenant TEXT    NOT NULL,
  item   TEXT    NOT NULL,
  opened INTEGER NOT NULL,
  id     TEXT    NOT NULL,
  PRIMARY KEY (tenant, item, opened, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE coordkit_change_term (
  tenant TEXT    NOT NULL,
  term   TEXT    NOT NULL,
  opened INTEGER NOT NULL,
  id     TEXT    NOT NULL,
  PRIMARY KEY (tenant, term, opened, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE coordkit_change_number (
  tenant TEXT    NOT NULL,
  series TEXT    NOT NULL,
  last   INTEGER NOT NULL,
  PRIMARY KEY (tenant, series)
) STRICT, WITHOUT ROWID;

CREATE TABLE coordkit_record (
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
CREATE INDEX coordkit_record_filed ON coordkit_record (tenant, filed, id);
CREATE INDEX coordkit_record_kind ON coordkit_record (tenant, kind, filed, id);
CREATE INDEX coordkit_record_subject ON coordkit_record (tenant, subject, filed, id);

CREATE TABLE coordkit_record_content (
  tenant  TEXT NOT NULL,
  digest  TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (tenant, digest)
) STRICT;

CREATE TABLE coordkit_reference (
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
CREATE INDEX coordkit_reference_source ON coordkit_reference (tenant, source_kind, source_value, id);
CREATE INDEX coordkit_reference_target ON coordkit_reference (tenant, target_kind, target_value, id);

-- The lease is no part of the obligation: it says until when a relay has it.
CREATE TABLE coordkit_obligation (
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
CREATE INDEX coordkit_obligation_owed ON coordkit_obligation (tenant, owed_at, id);
CREATE INDEX coordkit_obligation_state ON coordkit_obligation (tenant, state, owed_at, id);
CREATE INDEX coordkit_obligation_recipient ON coordkit_obligation (tenant, recipient, owed_at, id);
CREATE INDEX coordkit_obligation_recipient_state ON coordkit_obligation (tenant, recipient, state, owed_at, id);

CREATE TABLE coordkit_idempotent_reply (
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
CREATE INDEX coordkit_idempotent_reply_expires ON coordkit_idempotent_reply (tenant, expires);
