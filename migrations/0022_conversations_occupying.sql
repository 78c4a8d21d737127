-- no-transaction
-- What keeps somebody busy, counted before they are given more.
CREATE INDEX CONCURRENTLY conversations_occupying ON conversations (tenant_id, assignee_id)
    WHERE status IN ('new', 'queued', 'open', 'in_progress') AND archived_at IS NULL AND assignee_id IS NOT NULL;
