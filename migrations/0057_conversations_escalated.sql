-- no-transaction
-- See conversations_unread.
CREATE INDEX CONCURRENTLY conversations_escalated ON conversations (tenant_id, updated_at DESC, id DESC)
    WHERE escalated_at IS NOT NULL;
