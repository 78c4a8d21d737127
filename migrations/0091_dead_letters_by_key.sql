-- no-transaction
-- What became of one key, however many others were given up.
CREATE INDEX CONCURRENTLY dead_letters_by_key ON queue.dead_letters (tenant_id, key, died_at, id)
    WHERE key IS NOT NULL;
