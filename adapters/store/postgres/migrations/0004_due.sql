-- The instants that a request bears, each NULL where there is none. Rows that
-- were stored before bear theirs from their next event on.
ALTER TABLE coordkit_change_request ADD COLUMN decide_by BIGINT;
ALTER TABLE coordkit_change_request ADD COLUMN deferred_until BIGINT;
ALTER TABLE coordkit_change_request ADD COLUMN approval_expires BIGINT;
ALTER TABLE coordkit_change_request ADD COLUMN notice_owed BIGINT;
ALTER TABLE coordkit_change_request ADD COLUMN entered BIGINT;
CREATE INDEX coordkit_change_request_decide_by ON coordkit_change_request (tenant, decide_by, id)
 WHERE decide_by IS NOT NULL;
CREATE INDEX coordkit_change_request_deferred_until ON coordkit_change_request (tenant, deferred_until, id)
 WHERE deferred_until IS NOT NULL;
CREATE INDEX coordkit_change_request_approval_expires ON coordkit_change_request (tenant, approval_expires, id)
 WHERE approval_expires IS NOT NULL;
CREATE INDEX coordkit_change_request_notice_owed ON coordkit_change_request (tenant, notice_owed, id)
 WHERE notice_owed IS NOT NULL;
CREATE INDEX coordkit_change_request_entered ON coordkit_change_request (tenant, state, entered, id)
 WHERE entered IS NOT NULL;
