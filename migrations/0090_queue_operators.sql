-- What operators need of the queue: pauses that a tenant's admin cannot lift, and a tenant's figures by kind.
SET LOCAL lock_timeout = '1s';

-- Holds are few: their check is looked up at once.
ALTER TABLE queue.holds
    DROP CONSTRAINT holds_reason_check,
    ADD CONSTRAINT holds_reason_check CHECK (reason IN ('paused', 'locked', 'needs_reauth', 'breaker'));

-- The figures of a tenant by lane and kind, of the oldest `p_cap` of its jobs and of as many of its dead letters. The age
-- is that of the oldest job that could start now. One look at each table, with the caller's rights.
--
-- The primary key is the one good way to a tenant's jobs, however few it has beside others and whatever the statistics
-- of the moment say.
CREATE FUNCTION queue.figures(p_tenant uuid, p_cap bigint) RETURNS TABLE (
    lane text, kind text, ready bigint, delayed bigint, parked bigint, held bigint, running bigint, dead_letters bigint,
    oldest_seconds double precision
)
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
    SELECT c.lane, c.kind, count(*) FILTER (WHERE c.state = 'ready'), count(*) FILTER (WHERE c.state = 'delayed'),
        count(*) FILTER (WHERE c.state = 'parked'), count(*) FILTER (WHERE c.state = 'held'),
        count(*) FILTER (WHERE c.state = 'running'), count(*) FILTER (WHERE c.state = 'dead'),
        coalesce(extract(epoch FROM clock_timestamp() - min(c.enqueued_at) FILTER (WHERE c.state = 'ready')), 0)
            ::double precision
    FROM (
        (SELECT j.lane, j.kind, queue.state_of(j.run_token, j.aside, j.run_at) AS state, j.enqueued_at
         FROM queue.jobs j WHERE j.tenant_id = p_tenant ORDER BY j.id LIMIT p_cap)
        UNION ALL
        (SELECT d.lane, d.kind, 'dead', d.enqueued_at
         FROM queue.dead_letters d WHERE d.tenant_id = p_tenant ORDER BY d.id LIMIT p_cap)) c
    GROUP BY c.lane, c.kind
$$;
REVOKE EXECUTE ON FUNCTION queue.figures FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.figures TO signalbox_app;
