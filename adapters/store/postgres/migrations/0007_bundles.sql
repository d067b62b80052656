-- Bundles of change requests.
CREATE TABLE coordkit_change_bundle (
  tenant  TEXT COLLATE "C" NOT NULL,
  id      TEXT COLLATE "C" NOT NULL,
  rev     BIGINT NOT NULL,
  events  BIGINT NOT NULL,
  created BIGINT NOT NULL,
  doc     TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX coordkit_change_bundle_created ON coordkit_change_bundle (tenant, created, id);
