-- What steers the queue: holds and who makes them, circuit breakers, rate limits, cancelling, and looking at jobs.

-- Holds ------------------------------------------------------------------------------------------------------------

-- Holds back every job that matches: nobody starts one from the commit on. Whether there was no such hold before.
CREATE FUNCTION queue.hold(p_reason text, p_lane text, p_kind text, p_tenant uuid, p_connection uuid) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH made AS (
        INSERT INTO queue.holds (reason, lane, kind, tenant_id, connection_id)
        VALUES (p_reason, p_lane, p_kind, p_tenant, p_connection) ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT EXISTS (SELECT FROM made)
$$;

-- Lifts a hold. Whether there was one. `queue.set_free` then brings back the jobs that it had set aside.
CREATE FUNCTION queue.lift(p_reason text, p_lane text, p_kind text, p_tenant uuid, p_connection uuid) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        -- Waits for the claims that are setting jobs aside because of it.
        DELETE FROM queue.holds h WHERE h.reason = p_reason AND h.lane IS NOT DISTINCT FROM p_lane
            AND h.kind IS NOT DISTINCT FROM p_kind AND h.tenant_id IS NOT DISTINCT FROM p_tenant
            AND h.connection_id IS NOT DISTINCT FROM p_connection
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM gone)
$$;

-- Brings back jobs that were set aside by a hold that is no more: of each connection the oldest first, and at most
-- `p_limit`. Returns the lanes that have work now, with how many jobs each got back.
CREATE FUNCTION queue.set_free(p_limit integer) RETURNS TABLE (lane text, jobs bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE
    w      record;
    v_left bigint := p_limit;
    v_rows tid[];
BEGIN
    FOR w IN
        -- One step per connection that has such jobs, not one per job.
        WITH RECURSIVE waiting AS (
            SELECT l.lane, f.tenant_id, f.connection_id FROM unnest(queue.lanes()) AS l (lane) CROSS JOIN LATERAL (
                SELECT j.tenant_id, j.connection_id FROM queue.jobs j WHERE j.lane = l.lane AND j.aside = 'hold'
                ORDER BY j.tenant_id, j.connection_id, j.place LIMIT 1) f
            UNION ALL
            SELECT w.lane, f.tenant_id, f.connection_id FROM waiting w CROSS JOIN LATERAL (
                SELECT n.tenant_id, n.connection_id FROM (
                    -- Jobs without a connection are the last of their tenant.
                    (SELECT j.tenant_id, j.connection_id FROM queue.jobs j
                     WHERE j.lane = w.lane AND j.aside = 'hold' AND j.tenant_id = w.tenant_id
                        AND j.connection_id > w.connection_id
                     ORDER BY j.tenant_id, j.connection_id, j.place LIMIT 1)
                    UNION ALL
                    (SELECT j.tenant_id, j.connection_id FROM queue.jobs j
                     WHERE j.lane = w.lane AND j.aside = 'hold' AND j.tenant_id = w.tenant_id
                        AND j.connection_id IS NULL AND w.connection_id IS NOT NULL
                     LIMIT 1)
                    UNION ALL
                    (SELECT j.tenant_id, j.connection_id FROM queue.jobs j
                     WHERE j.lane = w.lane AND j.aside = 'hold' AND j.tenant_id > w.tenant_id
                     ORDER BY j.tenant_id, j.connection_id, j.place LIMIT 1)) n
                ORDER BY n.tenant_id, n.connection_id LIMIT 1) f
        )
        SELECT w.lane, w.tenant_id, w.connection_id FROM waiting w
        -- A connection that is held as a whole is not looked at job by job.
        WHERE NOT EXISTS (SELECT FROM queue.holds h WHERE h.tenant_id = w.tenant_id AND h.kind IS NULL
            AND (h.connection_id IS NULL OR h.connection_id = w.connection_id) AND coalesce(h.lane, w.lane) = w.lane)
    LOOP
        EXIT WHEN v_left <= 0;
        -- Two statements, because no index serves IS NOT DISTINCT FROM.
        IF w.connection_id IS NULL THEN
            v_rows := ARRAY(SELECT j.ctid FROM queue.jobs j
                WHERE j.lane = w.lane AND j.aside = 'hold' AND j.tenant_id = w.tenant_id AND j.connection_id IS NULL
                    AND NOT EXISTS (SELECT FROM queue.holds h WHERE h.tenant_id = w.tenant_id AND h.kind = j.kind
                        AND h.connection_id IS NULL AND coalesce(h.lane, w.lane) = w.lane)
                ORDER BY j.place LIMIT v_left FOR UPDATE SKIP LOCKED);
        ELSE
            v_rows := ARRAY(SELECT j.ctid FROM queue.jobs j
                WHERE j.lane = w.lane AND j.aside = 'hold' AND j.tenant_id = w.tenant_id
                    AND j.connection_id = w.connection_id
                    AND NOT EXISTS (SELECT FROM queue.holds h WHERE h.tenant_id = w.tenant_id AND h.kind = j.kind
                        AND (h.connection_id IS NULL OR h.connection_id = w.connection_id)
                        AND coalesce(h.lane, w.lane) = w.lane)
                ORDER BY j.place LIMIT v_left FOR UPDATE SKIP LOCKED);
        END IF;
        CONTINUE WHEN cardinality(v_rows) = 0;
        UPDATE queue.jobs j SET aside = NULL, run_at = '-infinity' WHERE j.ctid = ANY (v_rows);
        v_left := v_left - cardinality(v_rows);
        lane := w.lane;
        jobs := cardinality(v_rows);
        RETURN NEXT;
    END LOOP;
END $$;

-- The holds there are, across tenants: for the operator and the metrics.
CREATE FUNCTION queue.current_holds() RETURNS TABLE (
    reason text, lane text, kind text, tenant_id uuid, connection_id uuid, until timestamptz, created_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT h.reason, h.lane, h.kind, h.tenant_id, h.connection_id, h.until, h.created_at
    FROM queue.holds h ORDER BY h.id LIMIT 10000
$$;

-- The holds that concern the current tenant: its own, and those that the operator has put on everyone.
CREATE FUNCTION queue.holds_of_tenant() RETURNS TABLE (
    reason text, lane text, kind text, tenant_id uuid, connection_id uuid, until timestamptz, created_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT h.reason, h.lane, h.kind, h.tenant_id, h.connection_id, h.until, h.created_at
    FROM queue.holds h WHERE h.tenant_id = public.current_tenant() OR h.tenant_id IS NULL ORDER BY h.id LIMIT 10000
$$;

-- Circuit breakers -------------------------------------------------------------------------------------------------
--
--             5 failures in a row           `until` is over: one job goes
--    closed ─────────────────────► open ──────────────────────────► half open
--       ▲                            ▲                                │     │
--       │                            └──────── it fails: longer ──────┘     │
--       └───────────────────────────────────── it does not ─────────────────┘
--
-- Open and half open are a hold of the connection; half open has a probe, the one job that the hold lets through.

CREATE TABLE queue.breakers (
    tenant_id     uuid    NOT NULL,
    connection_id uuid    NOT NULL,
    -- Failures in a row, and how often the breaker has opened since the last success.
    failures      integer NOT NULL DEFAULT 0,
    openings      integer NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, connection_id)
);

-- Counts what the jobs in these rows say of the connections that they called. Called by `queue.ack`.
CREATE FUNCTION queue.judge_connections(
    p_rows tid[], p_places bigint[], p_outcomes text[], p_blames boolean[], p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v record;
    v_failures integer;
    v_openings integer;
    -- In a row, until the breaker opens.
    c_tolerated CONSTANT integer := 5;
BEGIN
    FOR v IN
        -- In one order everywhere, so that two acks cannot wait for each other.
        SELECT j.tenant_id, j.connection_id, count(*) FILTER (WHERE p_blames[h.place]) AS blamed,
            bool_or(p_outcomes[h.place] IN ('done', 'dead')) AS cleared
        FROM unnest(p_rows, p_places) AS h (row_id, place) JOIN queue.jobs j ON j.ctid = h.row_id
        -- Who was not at the provider says nothing about it.
        WHERE j.connection_id IS NOT NULL AND p_outcomes[h.place] IN ('done', 'retry', 'dead')
        GROUP BY j.tenant_id, j.connection_id ORDER BY j.tenant_id, j.connection_id
    LOOP
        IF v.cleared THEN
            DELETE FROM queue.breakers b WHERE b.tenant_id = v.tenant_id AND b.connection_id = v.connection_id;
            IF FOUND THEN
                PERFORM queue.lift('breaker', NULL, NULL, v.tenant_id, v.connection_id);
            END IF;
        ELSIF v.blamed > 0 THEN
            INSERT INTO queue.breakers AS b (tenant_id, connection_id, failures)
            VALUES (v.tenant_id, v.connection_id, v.blamed)
            ON CONFLICT (tenant_id, connection_id) DO UPDATE SET failures = b.failures + v.blamed
            RETURNING b.failures, b.openings INTO v_failures, v_openings;
            IF v_failures >= c_tolerated THEN
                UPDATE queue.breakers b SET failures = c_tolerated - 1, openings = b.openings + 1
                WHERE b.tenant_id = v.tenant_id AND b.connection_id = v.connection_id;
                -- 30 s, doubled each time, up to 16 min.
                INSERT INTO queue.holds AS h (reason, tenant_id, connection_id, until)
                VALUES ('breaker', v.tenant_id, v.connection_id, p_now + interval '30 s' * 2 ^ least(v_openings, 5))
                ON CONFLICT (reason, coalesce(lane, ''), coalesce(kind, ''),
                    coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'),
                    coalesce(connection_id, '00000000-0000-0000-0000-000000000000'))
                DO UPDATE SET until = excluded.until, probe = NULL;
            END IF;
        END IF;
    END LOOP;
END $$;

-- Lets one job of each connection through whose breaker has been open long enough: the oldest that waits. A breaker
-- behind which nobody waits stays as it is, and its next job is the probe. Returns the lanes that have work now.
CREATE FUNCTION queue.probe_breakers(p_now timestamptz) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v       record;
    v_probe bigint;
    v_lane  text;
BEGIN
    FOR v IN SELECT h.id, h.tenant_id, h.connection_id FROM queue.holds h
        WHERE h.reason = 'breaker' AND h.until <= p_now ORDER BY h.id FOR UPDATE SKIP LOCKED
    LOOP
        SELECT a.id, a.lane INTO v_probe, v_lane FROM unnest(queue.lanes()) AS l (lane) CROSS JOIN LATERAL (
            SELECT j.id, j.lane FROM queue.jobs j
            WHERE j.lane = l.lane AND j.aside = 'hold' AND j.tenant_id = v.tenant_id AND j.connection_id = v.connection_id
            ORDER BY j.place LIMIT 1) a
        ORDER BY a.id LIMIT 1;
        IF v_probe IS NULL THEN
            CONTINUE;
        END IF;
        -- If nothing is heard of the probe, there will be another.
        UPDATE queue.holds h SET probe = v_probe, until = p_now + interval '2 min' WHERE h.id = v.id;
        UPDATE queue.jobs j SET aside = NULL, run_at = '-infinity'
        WHERE j.tenant_id = v.tenant_id AND j.id = v_probe AND j.aside = 'hold';
        RETURN NEXT v_lane;
    END LOOP;
END $$;

-- Rate limits ------------------------------------------------------------------------------------------------------

-- A bucket: the time at which it will be full again (the generic cell rate algorithm keeps nothing else).
CREATE TABLE queue.buckets (
    tenant_id uuid        NOT NULL,
    name      text        NOT NULL,
    full_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

-- Takes a turn in each of some buckets, for the current tenant. A bucket gives one turn per `p_every`, and `p_burst` of
-- them at once when it has been idle. Returns when the turn is: now, or the first time at which all buckets have one.
-- That turn is kept for the caller, who waits for it and does not ask again: so nobody asks in vain.
CREATE FUNCTION queue.take_turn(p_names text[], p_every interval[], p_burst integer[], p_now timestamptz)
    RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_tenant uuid := public.current_tenant();
    v_turn   timestamptz;
    v_found  bigint;
BEGIN
    LOOP
        SELECT count(*), greatest(p_now, max(b.full_at - b.every * (b.burst - 1))) INTO v_found, v_turn FROM (
            SELECT b.full_at, l.every, l.burst FROM unnest(p_names, p_every, p_burst) AS l (name, every, burst)
            CROSS JOIN LATERAL (
                SELECT k.full_at FROM queue.buckets k WHERE k.tenant_id = v_tenant AND k.name = l.name FOR UPDATE) b
            -- In one order everywhere, so that two takers cannot wait for each other.
            ORDER BY l.name) b;
        EXIT WHEN v_found = cardinality(p_names);
        INSERT INTO queue.buckets (tenant_id, name, full_at)
        SELECT v_tenant, n, p_now FROM unnest(p_names) n ORDER BY n ON CONFLICT DO NOTHING;
    END LOOP;
    UPDATE queue.buckets b SET full_at = greatest(b.full_at, v_turn) + l.every
    FROM unnest(p_names, p_every) AS l (name, every)
    WHERE b.tenant_id = v_tenant AND b.name = l.name;
    RETURN v_turn;
END $$;

-- Forgets buckets that are full, a bounded number at a time.
CREATE FUNCTION queue.purge_buckets(p_now timestamptz, p_limit integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = on AS $$
    WITH gone AS (
        DELETE FROM queue.buckets b WHERE b.ctid = ANY (ARRAY(
            SELECT f.ctid FROM queue.buckets f WHERE f.full_at < p_now - interval '1 min'
            LIMIT p_limit FOR UPDATE SKIP LOCKED)) RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

-- Cancelling -------------------------------------------------------------------------------------------------------

-- Runs that are to be interrupted. The worker that has them looks here with its heartbeat, if it has not heard before.
CREATE TABLE queue.cancellations (
    tenant_id uuid        NOT NULL,
    job_id    bigint      NOT NULL,
    reason    text        NOT NULL CHECK (octet_length(reason) <= 2048),
    asked_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, job_id)
);

-- Cancels jobs of a tenant. Returns those that there were, and whether they run at the moment: then their worker is
-- asked to interrupt them.
CREATE FUNCTION queue.cancel(p_tenant uuid, p_ids bigint[], p_reason text) RETURNS TABLE (id bigint, running boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_ids  bigint[];
    v_keys text[];
    v_once boolean;
BEGIN
    -- Waits for a claim or an ack that is at it: what is cancelled here does not start.
    PERFORM FROM queue.jobs j WHERE j.tenant_id = p_tenant AND j.id = ANY (p_ids) ORDER BY j.id FOR UPDATE;
    RETURN QUERY
    WITH asked AS (
        INSERT INTO queue.cancellations (tenant_id, job_id, reason)
        SELECT j.tenant_id, j.id, p_reason FROM queue.jobs j
        WHERE j.tenant_id = p_tenant AND j.id = ANY (p_ids) AND j.run_token IS NOT NULL
        ON CONFLICT DO NOTHING
    )
    SELECT j.id, j.run_token IS NOT NULL FROM queue.jobs j
    WHERE j.tenant_id = p_tenant AND j.id = ANY (p_ids) ORDER BY j.id;

    INSERT INTO queue.attempts (tenant_id, job_id, attempt, outcome, error)
    SELECT j.tenant_id, j.id, j.attempts, 'cancelled', p_reason FROM queue.jobs j
    WHERE j.tenant_id = p_tenant AND j.id = ANY (p_ids) AND j.run_token IS NULL;
    UPDATE queue.idempotency_keys i SET finished_at = clock_timestamp() FROM queue.jobs j
    WHERE j.tenant_id = p_tenant AND j.id = ANY (p_ids) AND j.run_token IS NULL
        AND i.tenant_id = j.tenant_id AND i.kind = j.kind AND i.key = j.idempotency_key;
    WITH gone AS (
        DELETE FROM queue.jobs j WHERE j.tenant_id = p_tenant AND j.id = ANY (p_ids) AND j.run_token IS NULL
        RETURNING j.id, j.key
    )
    SELECT array_agg(g.id), array_agg(g.key) INTO v_ids, v_keys FROM gone g WHERE g.key IS NOT NULL;
    IF v_ids IS NOT NULL THEN
        PERFORM queue.end_of_keys(array_fill(p_tenant, ARRAY[cardinality(v_ids)]), v_keys, v_ids);
    END IF;
END $$;

-- Which runs of a worker are to be interrupted, and why. Forgets what has ended otherwise.
CREATE FUNCTION queue.cancelled_runs(p_worker integer) RETURNS TABLE (tenant_id uuid, id bigint, run_token uuid, reason text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM queue.cancellations) THEN
        RETURN;
    END IF;
    DELETE FROM queue.cancellations c WHERE c.asked_at < clock_timestamp() - interval '1 s' AND NOT EXISTS (
        SELECT FROM queue.jobs j WHERE j.tenant_id = c.tenant_id AND j.id = c.job_id);
    RETURN QUERY
    SELECT j.tenant_id, j.id, j.run_token, c.reason FROM queue.cancellations c CROSS JOIN LATERAL (
        SELECT r.tenant_id, r.id, r.run_token FROM queue.jobs r
        WHERE r.tenant_id = c.tenant_id AND r.id = c.job_id AND r.worker = p_worker) j;
END $$;

-- Retrying at once -------------------------------------------------------------------------------------------------

-- Makes delayed jobs of a tenant due at once. Returns those that were delayed, with their lanes.
CREATE FUNCTION queue.hurry(p_tenant uuid, p_ids bigint[]) RETURNS TABLE (id bigint, lane text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE queue.jobs j SET run_at = '-infinity'
    WHERE j.tenant_id = p_tenant AND j.id = ANY (p_ids) AND j.run_at > '-infinity' AND j.run_token IS NULL
    RETURNING j.id, j.lane
$$;

-- Looking ----------------------------------------------------------------------------------------------------------

-- Processes that run jobs, across tenants: for the operator.
CREATE FUNCTION queue.current_workers() RETURNS TABLE (
    id integer, name text, lanes jsonb, kinds text[], started_at timestamptz, alive boolean
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT w.id, w.name, w.lanes, w.kinds, w.started_at, w.dead_at IS NULL AND w.lease_until > clock_timestamp()
    FROM queue.workers w ORDER BY w.id
$$;

-- The jobs that have not ended, the oldest first, from after `p_after` on: of a tenant, or of all. For the operator;
-- without arguments: what they say is the tenant's.
CREATE FUNCTION queue.list_jobs(
    p_tenant uuid, p_lane text, p_kind text, p_state text, p_key text, p_connection uuid, p_after bigint, p_limit integer
) RETURNS TABLE (
    tenant_id uuid, id bigint, lane text, kind text, state text, priority smallint, key text, connection_id uuid,
    attempts integer, run_at timestamptz, enqueued_at timestamptz, claimed_at timestamptz, trace_id text
)
LANGUAGE sql STABLE SECURITY DEFINER
-- What it is narrowed to decides about the plan.
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan SET enable_seqscan = on AS $$
    SELECT j.tenant_id, j.id, j.lane, j.kind, queue.state_of(j.run_token, j.aside, j.run_at), j.priority, j.key,
        j.connection_id, j.attempts, nullif(j.run_at, '-infinity'), j.enqueued_at, j.claimed_at, j.trace_id
    FROM queue.jobs j
    WHERE (p_tenant IS NULL OR j.tenant_id = p_tenant) AND (p_lane IS NULL OR j.lane = p_lane)
        AND (p_kind IS NULL OR j.kind = p_kind) AND (p_key IS NULL OR j.key = p_key)
        AND (p_connection IS NULL OR j.connection_id = p_connection) AND (p_after IS NULL OR j.id > p_after)
        AND (p_state IS NULL OR queue.state_of(j.run_token, j.aside, j.run_at) = p_state)
    ORDER BY j.id LIMIT p_limit
$$;

-- Who has dead letters: for the operator, who replays or discards them tenant by tenant.
CREATE FUNCTION queue.tenants_with_dead_letters() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE found AS (
        (SELECT d.tenant_id FROM queue.dead_letters d ORDER BY d.tenant_id LIMIT 1)
        UNION ALL
        SELECT n.tenant_id FROM found f CROSS JOIN LATERAL (
            SELECT d.tenant_id FROM queue.dead_letters d WHERE d.tenant_id > f.tenant_id
            ORDER BY d.tenant_id LIMIT 1) n
    )
    SELECT f.tenant_id FROM found f
$$;

-- Whose these jobs and dead letters are: for the operator, who knows a number from a log. One step per tenant.
CREATE FUNCTION queue.whose(p_ids bigint[]) RETURNS TABLE (tenant_id uuid, id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE with_jobs AS (
        (SELECT j.tenant_id FROM queue.jobs j ORDER BY j.tenant_id LIMIT 1)
        UNION ALL
        SELECT n.tenant_id FROM with_jobs w CROSS JOIN LATERAL (
            SELECT j.tenant_id FROM queue.jobs j WHERE j.tenant_id > w.tenant_id ORDER BY j.tenant_id LIMIT 1) n
    )
    SELECT w.tenant_id, i FROM with_jobs w CROSS JOIN unnest(p_ids) AS i
    WHERE EXISTS (SELECT FROM queue.jobs j WHERE j.tenant_id = w.tenant_id AND j.id = i)
    UNION
    SELECT w.tenant_id, i FROM queue.tenants_with_dead_letters() AS w (tenant_id) CROSS JOIN unnest(p_ids) AS i
    WHERE EXISTS (SELECT FROM queue.dead_letters d WHERE d.tenant_id = w.tenant_id AND d.id = i)
$$;

SELECT queue.isolate(t) FROM unnest('{queue.breakers,queue.buckets,queue.cancellations}'::regclass[]) t;
GRANT SELECT, INSERT, UPDATE ON queue.buckets TO signalbox_app;
GRANT SELECT ON queue.breakers, queue.cancellations TO signalbox_app;
-- A dead letter's arguments may be mended before it is replayed.
GRANT UPDATE (args) ON queue.dead_letters TO signalbox_app;

DO $$
DECLARE f text;
BEGIN
    GRANT CREATE ON SCHEMA queue TO signalbox_definer;
    FOREACH f IN ARRAY ARRAY['hold', 'lift', 'set_free', 'current_holds', 'probe_breakers', 'purge_buckets', 'cancel',
        'cancelled_runs', 'hurry', 'current_workers', 'holds_of_tenant', 'list_jobs', 'tenants_with_dead_letters',
        'whose'] LOOP
        EXECUTE format('ALTER FUNCTION queue.%I OWNER TO signalbox_definer', f);
        EXECUTE format('REVOKE EXECUTE ON FUNCTION queue.%I FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION queue.%I TO signalbox_app', f);
    END LOOP;
    REVOKE CREATE ON SCHEMA queue FROM signalbox_definer;
    REVOKE EXECUTE ON FUNCTION queue.judge_connections, queue.take_turn FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION queue.judge_connections TO signalbox_definer;
    GRANT EXECUTE ON FUNCTION queue.take_turn TO signalbox_app;
END $$;
