-- no-transaction
-- The queue of a team, whoever waits longest first.
CREATE INDEX CONCURRENTLY conversations_waiting ON conversations (tenant_id, team_id, queued_at, id)
    WHERE queued_at IS NOT NULL;
