-- When the policy asks for approval, and when time alone may turn one, each NULL
-- where there is none. Rows that were stored before bear theirs from their next
-- event on.
ALTER TABLE coordkit_change_request ADD COLUMN approval_due INTEGER;
ALTER TABLE coordkit_change_request ADD COLUMN approval_turns INTEGER;
CREATE INDEX coordkit_change_request_approval_due ON coordkit_change_request (tenant, approval_due, id)
 WHERE approval_due IS NOT NULL;
CREATE INDEX coordkit_change_request_approval_turns ON coordkit_change_request (tenant, approval_turns, id)
 WHERE approval_turns IS NOT NULL;
