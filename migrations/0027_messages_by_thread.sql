-- no-transaction
-- The replies under a message.
CREATE INDEX CONCURRENTLY messages_by_thread ON messages (tenant_id, conversation_id, thread_id, id)
    WHERE thread_id IS NOT NULL;
