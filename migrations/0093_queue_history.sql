-- What became of attempts, minute by minute. Jobs that have ended are deleted, so this is all that is known of them.
SET LOCAL lock_timeout = '1s';

-- Each process writes down what it has done for whom in a minute, and overwrites it while the minute goes on: a row that
-- is written twice is right all the same. Times are counted in buckets of exponential width (`history/histogram.rs`):
-- `{"37": 5}` are five in the 37th.
CREATE TABLE queue.minutes (
    tenant_id uuid        NOT NULL,
    minute    timestamptz NOT NULL,
    lane      text        NOT NULL,
    process   uuid        NOT NULL,
    done      bigint      NOT NULL,
    retried   bigint      NOT NULL,
    dead      bigint      NOT NULL,
    waits     jsonb       NOT NULL,
    runs      jsonb       NOT NULL,
    PRIMARY KEY (tenant_id, minute, lane, process)
) WITH (
    -- A row is rewritten several times within its minute.
    fillfactor = 60
);
-- For those who forget them.
CREATE INDEX minutes_by_time ON queue.minutes (minute);

-- Writes down minutes of a process: `{tenant_id, minute, lane, done, retried, dead, waits, runs}` each.
CREATE FUNCTION queue.write_minutes(p_process uuid, p_minutes jsonb) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO queue.minutes AS m (tenant_id, minute, lane, process, done, retried, dead, waits, runs)
    SELECT n.tenant_id, n.minute, n.lane, p_process, n.done, n.retried, n.dead, n.waits, n.runs
    FROM jsonb_to_recordset(p_minutes) AS n (tenant_id uuid, minute timestamptz, lane text, done bigint, retried bigint,
        dead bigint, waits jsonb, runs jsonb)
    ON CONFLICT (tenant_id, minute, lane, process) DO UPDATE SET done = excluded.done, retried = excluded.retried,
        dead = excluded.dead, waits = excluded.waits, runs = excluded.runs
        -- What was said before, and is only heard now, changes nothing.
        WHERE excluded.done + excluded.retried + excluded.dead > m.done + m.retried + m.dead
$$;

-- Forgets minutes before a time, a bounded number at once. Returns how many.
CREATE FUNCTION queue.purge_minutes(p_before timestamptz, p_limit integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        DELETE FROM queue.minutes m WHERE m.ctid = ANY (ARRAY(
            SELECT o.ctid FROM queue.minutes o WHERE o.minute < p_before ORDER BY o.minute
            LIMIT p_limit FOR UPDATE SKIP LOCKED)) RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

SELECT queue.isolate('queue.minutes');
GRANT SELECT ON queue.minutes TO signalbox_app;
GRANT CREATE ON SCHEMA queue TO signalbox_definer;
ALTER FUNCTION queue.write_minutes OWNER TO signalbox_definer;
ALTER FUNCTION queue.purge_minutes OWNER TO signalbox_definer;
REVOKE CREATE ON SCHEMA queue FROM signalbox_definer;
REVOKE EXECUTE ON FUNCTION queue.write_minutes, queue.purge_minutes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.write_minutes, queue.purge_minutes TO signalbox_app;
