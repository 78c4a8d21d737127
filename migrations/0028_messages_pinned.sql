-- no-transaction
-- What is pinned in a conversation.
CREATE INDEX CONCURRENTLY messages_pinned ON messages (tenant_id, conversation_id, pinned_at DESC)
    WHERE pinned_at IS NOT NULL;
