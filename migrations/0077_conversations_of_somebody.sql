-- no-transaction
CREATE INDEX CONCURRENTLY conversations_of_somebody ON conversations (tenant_id, assignee_id, updated_at DESC, id DESC)
    WHERE assignee_id IS NOT NULL;
