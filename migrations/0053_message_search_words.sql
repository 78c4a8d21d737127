-- no-transaction
-- Words gather in a list before they go to the index. A short one, for whoever fills it empties it, and every search
-- reads it.
CREATE INDEX CONCURRENTLY message_search_words ON message_search USING gin (tenant_id, words)
    WITH (gin_pending_list_limit = 512);
