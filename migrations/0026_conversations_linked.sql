-- no-transaction
-- The tickets that came from a conversation.
CREATE INDEX CONCURRENTLY conversations_linked ON conversations (tenant_id, linked_conversation_id)
    WHERE linked_conversation_id IS NOT NULL;
