-- no-transaction
-- What a merge has brought, should it be taken back.
CREATE INDEX CONCURRENTLY messages_by_merge ON messages (tenant_id, merge_id) WHERE merge_id IS NOT NULL;
