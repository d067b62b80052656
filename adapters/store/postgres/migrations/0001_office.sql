-- Every event of every room: the truth. Positions are given after commit, in the
-- order of ord; CACHE 1 keeps ord rising within an entity.
CREATE TABLE coordkit_journal (
  ord      BIGINT GENERATED ALWAYS AS IDENTITY (CACHE 1),
  tenant   TEXT COLLATE "C" NOT NULL,
  room     TEXT COLLATE "C" NOT NULL,
  entity   TEXT COLLATE "C" NOT NULL,
  seq      BIGINT NOT NULL,
  kind     TEXT COLLATE "C" NOT NULL,
  at       BIGINT NOT NULL,
  actor    TEXT COLLATE "C" NOT NULL,
  data     TEXT COLLATE "C" NOT NULL,
  position BIGINT,
  recorded BIGINT,
  PRIMARY KEY (tenant, entity, room, seq)
);
CREATE UNIQUE INDEX coordkit_journal_position ON coordkit_journal (tenant, position) WHERE position IS NOT NULL;
CREATE INDEX coordkit_journal_open ON coordkit_journal (ord) WHERE position IS NULL;

-- What the events of a change request lead to, with a column for each filter.
CREATE TABLE coordkit_change_request (
  tenant    TEXT COLLATE "C" NOT NULL,
  id        TEXT COLLATE "C" NOT NULL,
  rev       BIGINT NOT NULL,
  events    BIGINT NOT NULL,
  state     TEXT COLLATE "C" NOT NULL,
  category  TEXT COLLATE "C" NOT NULL,
  applicant TEXT COLLATE "C" NOT NULL,
  opened    BIGINT NOT NULL,
  doc       TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX coordkit_change_request_opened ON coordkit_change_request (tenant, opened, id);
CREATE INDEX coordkit_change_request_state ON coordkit_change_request (tenant, state, opened, id);
CREATE INDEX coordkit_change_request_category ON coordkit_change_request (tenant, category, opened, id);
CREATE INDEX coordkit_change_request_applicant ON coordkit_change_request (tenant, applicant, opened, id);

-- The affected items of the requests, and the words they are found by.
CREATE TABLE coordkit_change_item (
  tenant TEXT COLLATE "C" NOT NULL,
  item   TEXT COLLATE "C" NOT NULL,
  opened BIGINT NOT NULL,
  id     TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, item, opened, id)
);
CREATE TABLE coordkit_change_term (
  tenant TEXT COLLATE "C" NOT NULL,
  term   TEXT COLLATE "C" NOT NULL,
  opened BIGINT NOT NULL,
  id     TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, term, opened, id)
);

CREATE TABLE coordkit_change_number (
  tenant TEXT COLLATE "C" NOT NULL,
  series TEXT COLLATE "C" NOT NULL,
  last   BIGINT NOT NULL,
  PRIMARY KEY (tenant, series)
);

CREATE TABLE coordkit_record (
  tenant     TEXT COLLATE "C" NOT NULL,
  id         TEXT COLLATE "C" NOT NULL,
  rev        BIGINT NOT NULL,
  events     BIGINT NOT NULL,
  kind       TEXT COLLATE "C" NOT NULL,
  title      TEXT COLLATE "C" NOT NULL,
  subject    TEXT COLLATE "C" NOT NULL,
  name       TEXT COLLATE "C" NOT NULL,
  media_type TEXT COLLATE "C" NOT NULL,
  digest     TEXT COLLATE "C" NOT NULL,
  size       BIGINT NOT NULL,
  dated      BIGINT NOT NULL,
  filed      BIGINT NOT NULL,
  filed_by   TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX coordkit_record_filed ON coordkit_record (tenant, filed, id);
CREATE INDEX coordkit_record_kind ON coordkit_record (tenant, kind, filed, id);
CREATE INDEX coordkit_record_subject ON coordkit_record (tenant, subject, filed, id);

CREATE TABLE coordkit_record_content (
  tenant  TEXT COLLATE "C" NOT NULL,
  digest  TEXT COLLATE "C" NOT NULL,
  content BYTEA NOT NULL,
  PRIMARY KEY (tenant, digest)
);

CREATE TABLE coordkit_reference (
  tenant       TEXT COLLATE "C" NOT NULL,
  id           TEXT COLLATE "C" NOT NULL,
  type         TEXT COLLATE "C" NOT NULL,
  source_kind  TEXT COLLATE "C" NOT NULL,
  source_value TEXT COLLATE "C" NOT NULL,
  target_kind  TEXT COLLATE "C" NOT NULL,
  target_value TEXT COLLATE "C" NOT NULL,
  reason       TEXT COLLATE "C" NOT NULL,
  author       TEXT COLLATE "C" NOT NULL,
  at           BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX coordkit_reference_source ON coordkit_reference (tenant, source_kind, source_value, id);
CREATE INDEX coordkit_reference_target ON coordkit_reference (tenant, target_kind, target_value, id);

-- The lease is no part of the obligation: it says until when a relay has it.
CREATE TABLE coordkit_obligation (
  tenant     TEXT COLLATE "C" NOT NULL,
  id         TEXT COLLATE "C" NOT NULL,
  rev        BIGINT NOT NULL,
  events     BIGINT NOT NULL,
  recipient  TEXT COLLATE "C" NOT NULL,
  about      TEXT COLLATE "C" NOT NULL,
  subject    TEXT COLLATE "C" NOT NULL,
  owed_by    TEXT COLLATE "C" NOT NULL,
  owed_at    BIGINT NOT NULL,
  state      TEXT COLLATE "C" NOT NULL,
  evidence   TEXT COLLATE "C" NOT NULL,
  reason     TEXT COLLATE "C" NOT NULL,
  updated    BIGINT NOT NULL,
  updated_by TEXT COLLATE "C" NOT NULL,
  lease      BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX coordkit_obligation_owed ON coordkit_obligation (tenant, owed_at, id);
CREATE INDEX coordkit_obligation_state ON coordkit_obligation (tenant, state, owed_at, id);
CREATE INDEX coordkit_obligation_recipient ON coordkit_obligation (tenant, recipient, owed_at, id);
CREATE INDEX coordkit_obligation_recipient_state ON coordkit_obligation (tenant, recipient, state, owed_at, id);

CREATE TABLE coordkit_idempotent_reply (
  tenant    TEXT COLLATE "C" NOT NULL,
  principal TEXT COLLATE "C" NOT NULL,
  key       TEXT COLLATE "C" NOT NULL,
  operation TEXT COLLATE "C" NOT NULL,
  digest    TEXT COLLATE "C" NOT NULL,
  status    BIGINT NOT NULL,
  header    TEXT COLLATE "C" NOT NULL,
  body      BYTEA NOT NULL,
  created   BIGINT NOT NULL,
  expires   BIGINT NOT NULL,
  PRIMARY KEY (tenant, principal, key)
);
CREATE INDEX coordkit_idempotent_reply_expires ON coordkit_idempotent_reply (tenant, expires);
