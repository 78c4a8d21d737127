-- What plugins were called for, and what became of it (ADR 0019).
SET LOCAL lock_timeout = '1s';

-- A row per call, of a few hundred bytes, written in batches and kept for days. It refers to nothing: an account of what
-- happened outlives the connection, and a reference would cost as much as the row.
CREATE TABLE plugin_calls (
    tenant_id      uuid NOT NULL,
    connection_id  uuid NOT NULL,
    id             uuid NOT NULL,
    -- The day of `called_at` in UTC, counted since 1970, modulo 16: the partition, which is emptied as a whole.
    slot           smallint NOT NULL,
    called_at      timestamptz NOT NULL,
    plugin_id      text NOT NULL,
    plugin_version text NOT NULL,
    function       text NOT NULL,
    attempt        integer NOT NULL,
    -- From start to end, and how much of that the call was running rather than waiting.
    duration_us    bigint NOT NULL,
    busy_us        bigint NOT NULL,
    -- The most linear memory that it had, in bytes.
    memory         bigint NOT NULL,
    host_calls     integer NOT NULL,
    -- `[{"method", "host", "status" or "failure"}]`, or NULL for none.
    requests       jsonb,
    outcome        text NOT NULL,
    error_kind     text,
    detail         text,
    call_id        text NOT NULL,
    job_id         bigint,
    trace_id       text,
    PRIMARY KEY (tenant_id, connection_id, id, slot)
) PARTITION BY LIST (slot);
SELECT isolate_by_tenant('plugin_calls');

-- A ring of days, so that the product, which owns no table, neither makes nor drops one.
DO $$ BEGIN
    FOR slot IN 0..15 LOOP
        EXECUTE format('CREATE TABLE plugin_calls_%s PARTITION OF plugin_calls FOR VALUES IN (%s)', slot, slot);
        PERFORM isolate_by_tenant(format('plugin_calls_%s', slot)::regclass);
        EXECUTE format('GRANT TRUNCATE ON plugin_calls_%s TO signalbox_definer', slot);
    END LOOP;
END $$;

-- Stores calls of any tenants; each names its own. Returns how many.
CREATE FUNCTION record_plugin_calls(
    tenants uuid[], connections uuid[], ids uuid[], times timestamptz[], plugins text[], versions text[],
    functions text[], attempts integer[], durations bigint[], busy bigint[], memories bigint[], host_calls integer[],
    all_requests jsonb[], outcomes text[], error_kinds text[], details text[], calls text[], jobs bigint[], traces text[]
) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    stored bigint;
BEGIN
    INSERT INTO plugin_calls (tenant_id, connection_id, id, slot, called_at, plugin_id, plugin_version, function, attempt,
                              duration_us, busy_us, memory, host_calls, requests, outcome, error_kind, detail, call_id,
                              job_id, trace_id)
    SELECT i.tenant, i.connection, i.id, floor(extract(epoch FROM i.at) / 86400)::bigint % 16, i.at, i.plugin, i.version,
           i.function, i.attempt, i.duration, i.busy, i.memory, i.host_calls, i.requests, i.outcome, i.error_kind,
           i.detail, i.call, i.job, i.trace
      FROM unnest(tenants, connections, ids, times, plugins, versions, functions, attempts, durations, busy, memories,
                  host_calls, all_requests, outcomes, error_kinds, details, calls, jobs, traces)
        AS i (tenant, connection, id, at, plugin, version, function, attempt, duration, busy, memory, host_calls,
              requests, outcome, error_kind, detail, call, job, trace);
    GET DIAGNOSTICS stored = ROW_COUNT;
    RETURN stored;
END $$;
SELECT grant_to_app('record_plugin_calls(uuid[], uuid[], uuid[], timestamptz[], text[], text[], text[], integer[],
                                         bigint[], bigint[], bigint[], integer[], jsonb[], text[], text[], text[],
                                         text[], bigint[], text[])');

-- Empties the partitions whose whole day is past. One that somebody reads at this moment is left for the next time.
-- Returns how many were emptied.
CREATE FUNCTION forget_plugin_calls(older_than timestamptz) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
    part    regclass;
    oldest  timestamptz;
    emptied bigint := 0;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'plugin_calls'::regclass LOOP
        EXECUTE format('SELECT called_at FROM %s LIMIT 1', part) INTO oldest;
        CONTINUE WHEN oldest IS NULL OR date_trunc('day', oldest, 'UTC') + interval '1 day' > older_than;
        BEGIN
            EXECUTE format('TRUNCATE %s', part);
            emptied := emptied + 1;
        EXCEPTION WHEN lock_not_available THEN
            NULL;
        END;
    END LOOP;
    RETURN emptied;
END $$;
SELECT grant_to_app('forget_plugin_calls(timestamptz)');
