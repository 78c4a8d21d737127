-- no-transaction
-- Most are of the ordinary one, and are met on the way.
CREATE INDEX CONCURRENTLY conversations_by_priority ON conversations (tenant_id, priority, updated_at DESC, id DESC)
    WHERE priority <> 'normal';
