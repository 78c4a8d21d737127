-- no-transaction
-- The few who are blocked.
CREATE INDEX CONCURRENTLY contacts_blocked ON contacts (tenant_id, created_at DESC, id DESC) WHERE blocked_at IS NOT NULL;
