-- no-transaction
-- Channels, direct messages and tickets, of which there are few beside the conversations with customers.
CREATE INDEX CONCURRENTLY conversations_by_type ON conversations (tenant_id, type, updated_at DESC, id DESC)
    WHERE type <> 'support';
