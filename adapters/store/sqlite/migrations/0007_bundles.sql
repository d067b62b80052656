-- Bundles of change requests.
CREATE TABLE coordkit_change_bundle (
  tenant  TEXT NOT NULL,
  id      TEXT NOT NULL,
  rev     INTEGER NOT NULL,
  events  INTEGER NOT NULL,
  created INTEGER NOT NULL,
  doc     TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX coordkit_change_bundle_created ON coordkit_change_bundle (tenant, created, id);
