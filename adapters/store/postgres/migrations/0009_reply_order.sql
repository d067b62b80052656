-- Replies that expired at the same time are dropped in the order of their names.
DROP INDEX coordkit_idempotent_reply_expires;
CREATE INDEX coordkit_idempotent_reply_expires ON coordkit_idempotent_reply (tenant, expires, principal, key);
