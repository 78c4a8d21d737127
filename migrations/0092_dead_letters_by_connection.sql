-- no-transaction
-- What one provider's account made fail, however much else was given up.
CREATE INDEX CONCURRENTLY dead_letters_by_connection ON queue.dead_letters (tenant_id, connection_id, died_at, id)
    WHERE connection_id IS NOT NULL;
