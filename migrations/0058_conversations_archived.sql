-- no-transaction
-- See conversations_unread.
CREATE INDEX CONCURRENTLY conversations_archived ON conversations (tenant_id, updated_at DESC, id DESC)
    WHERE archived_at IS NOT NULL;
