-- no-transaction
-- Conversations by any part of a name, a title or the last message, whatever the accents.
CREATE INDEX CONCURRENTLY conversations_found ON conversations USING gin (search_form(' ' || search_text) gin_trgm_ops);
