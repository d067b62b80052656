-- References are kept by their source, as they are listed; by an id alone none but
-- the open ones are looked for.
ALTER TABLE coordkit_reference DROP CONSTRAINT coordkit_reference_pkey;
DROP INDEX coordkit_reference_source;
ALTER TABLE coordkit_reference ADD PRIMARY KEY (tenant, source_kind, source_value, id);
CREATE INDEX coordkit_reference_open ON coordkit_reference (tenant, id) WHERE source_kind = 'text' OR target_kind = 'text';

-- Most records have no subject.
DROP INDEX coordkit_record_subject;
CREATE INDEX coordkit_record_subject ON coordkit_record (tenant, subject, filed, id) WHERE subject > '';
