-- no-transaction
-- Rare states, which a list would otherwise have to look for in all of history.
CREATE INDEX CONCURRENTLY conversations_unread ON conversations (tenant_id, updated_at DESC, id DESC)
    WHERE unread_count > 0;
