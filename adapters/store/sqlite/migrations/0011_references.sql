-- References are kept in the order in which those of a source are listed, with no
-- second index for that; by an id alone none but the open ones are looked for.
CREATE TABLE coordkit_reference_new (
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
  terms        TEXT    NOT NULL,
  PRIMARY KEY (tenant, source_kind, source_value, id)
) STRICT, WITHOUT ROWID;
INSERT INTO coordkit_reference_new (tenant, id, type, source_kind, source_value, target_kind, target_value, reason, author, at, terms)
 SELECT tenant, id, type, source_kind, source_value, target_kind, target_value, reason, author, at, terms FROM coordkit_reference
 ORDER BY tenant, source_kind, source_value, id;
DROP TABLE coordkit_reference;
ALTER TABLE coordkit_reference_new RENAME TO coordkit_reference;
CREATE INDEX coordkit_reference_target ON coordkit_reference (tenant, target_kind, target_value, id);
CREATE INDEX coordkit_reference_open ON coordkit_reference (tenant, id) WHERE source_kind = 'text' OR target_kind = 'text';

-- Most records have no subject.
DROP INDEX coordkit_record_subject;
CREATE INDEX coordkit_record_subject ON coordkit_record (tenant, subject, filed, id) WHERE subject > '';
