-- no-transaction
-- The list of a team.
CREATE INDEX CONCURRENTLY conversations_by_team ON conversations (tenant_id, team_id, updated_at DESC, id DESC);
