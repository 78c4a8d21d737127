-- no-transaction
-- What waits for somebody, and what was closed without anybody. An index by assignee has these in no useful order: NULL
-- is no value to PostgreSQL by which the rest of an index is sorted.
CREATE INDEX CONCURRENTLY conversations_of_nobody ON conversations (tenant_id, updated_at DESC, id DESC)
    WHERE assignee_id IS NULL;
