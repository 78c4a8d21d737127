-- The job queue. `crates/queue` is its only client besides `queue.push`, which other definer
-- functions may call to store jobs in the statement that stores what the jobs are about.
--
--                 push ──────────────┐ (run_at given)
--                   │                ▼
--                   ▼     due    ┌─────────┐
--   ┌────────┐   ┌───────┐ ◄──── │ delayed │ ◄─┐
--   │ parked │ ◄─│ ready │       └─────────┘   │ retry, snooze
--   └────────┘ ─►└───────┘                     │
--     key busy/    │   ▲ handed back, rescued  │
--     key free     ▼   │                       │
--                ┌─────────┐ ──────────────────┘
--                │ running │ ──► done, cancelled: the row is deleted
--                └─────────┘ ──► failed, exhausted: queue.dead_letters
--
-- Order within a key. Jobs of one key (per tenant, across lanes and kinds) run one at a time, in
-- the order of `seq`, which a sequence hands out at the insert. Transactions that do not overlap
-- therefore run in order. Of two that do, the one with the lower number may commit second, after
-- the other's job has started; it then runs after it, never beside it. A job that was started and
-- waits for its retry keeps its key (`holds_key`). A job scheduled for later joins the line when
-- it is due and holds nothing back before.
--
-- Who may be parked, and why none is forgotten. Claimers look at ready jobs only. A claimer that
-- meets a job whose key is busy parks it, so that it is met once and not at every claim. It does so
-- only while it holds a row lock on the job in front; whoever removes a job first locks its row,
-- deletes it, and then, in a new snapshot, frees the next of its key. So either the remover sees
-- the parked job, or the claimer sees that the job in front is going and leaves the other ready.
-- This needs READ COMMITTED; the functions refuse anything else.
--
-- Statistics of a table that fills and empties within seconds are always wrong: the one good plan of each statement here
-- is the index. Who calls `claim`, `ack`, `heartbeat` and `rescue` takes the others away for its session (`control.rs`);
-- settings of the functions themselves would cost as much as their statements.
--
-- Claims, acks, heartbeats and rescues wait for no lock of another session (SKIP LOCKED throughout,
-- and advisory locks are only tried), so a stalled client cannot stop the fleet.

CREATE SCHEMA queue;

-- Lanes and states are text and not enums: comparing enums is not leakproof, and under row-level
-- security the planner then does not see that an index delivers its rows in order.
CREATE FUNCTION queue.lanes() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN ARRAY['live', 'automation', 'notify', 'timers', 'bulk'];

-- What `queue.push` takes. `run_at` null means at once, whatever any clock says.
CREATE TYPE queue.new_job AS (
    tenant_id       uuid,
    lane            text,
    kind            text,
    args            jsonb,
    key             text,
    idempotency_key text,
    run_at          timestamptz,
    trace_id        text
);

CREATE TABLE queue.jobs (
    tenant_id       uuid        NOT NULL,
    id              uuid        NOT NULL,
    seq             bigint      GENERATED ALWAYS AS IDENTITY,
    -- Spelled out: a function in a check is called for every row, and costs as much as the rest of an insert.
    lane            text        NOT NULL CHECK (lane IN ('live', 'automation', 'notify', 'timers', 'bulk')),
    kind            text        NOT NULL,
    state           text        NOT NULL CHECK (state IN ('ready', 'delayed', 'parked', 'running')),
    holds_key       boolean     NOT NULL DEFAULT false,
    attempts        integer     NOT NULL DEFAULT 0,
    key             text,
    idempotency_key text,
    trace_id        text,
    run_at          timestamptz,
    lease_until     timestamptz,
    run_token       uuid,
    enqueued_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    args            jsonb       NOT NULL,
    PRIMARY KEY (tenant_id, id),
    -- Few checks: each is read and compiled anew by every statement that writes here.
    CHECK ((state = 'running') = (run_token IS NOT NULL))
) WITH (
    -- Rows live for milliseconds: vacuum by count, not by a share of a table that is mostly gone.
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000,
    autovacuum_vacuum_cost_delay = 0
);

-- The claim path crosses tenants by its nature, so these partial indexes lead with the lane (or the
-- lease) and not with the tenant; each row is in as many of them as its state needs.
CREATE INDEX jobs_ready ON queue.jobs (lane, kind, seq) WHERE state = 'ready';
CREATE INDEX jobs_delayed ON queue.jobs (lane, run_at) WHERE state = 'delayed';
CREATE INDEX jobs_running ON queue.jobs (lease_until) WHERE state = 'running';
-- The line of one key, and its holder. Unique: the database itself refuses a second runner.
CREATE INDEX jobs_ready_by_key ON queue.jobs (tenant_id, key, seq) WHERE state = 'ready' AND key IS NOT NULL;
CREATE INDEX jobs_parked_by_key ON queue.jobs (tenant_id, key, seq) INCLUDE (lane) WHERE state = 'parked';
CREATE UNIQUE INDEX jobs_holder_by_key ON queue.jobs (tenant_id, key) WHERE holds_key;

-- One row per idempotency key in use. It outlives its job by the horizon given to `queue.purge`,
-- counted from the job's end; a dead letter keeps it until it is replayed to its end or discarded.
CREATE TABLE queue.idempotency_keys (
    tenant_id   uuid NOT NULL,
    kind        text NOT NULL,
    key         text NOT NULL,
    job_id      uuid NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (tenant_id, kind, key)
);
CREATE INDEX idempotency_keys_finished ON queue.idempotency_keys (finished_at) WHERE finished_at IS NOT NULL;

-- Attempts that did not succeed. A success leaves nothing here: its trace is what it did.
CREATE TABLE queue.attempts (
    tenant_id   uuid        NOT NULL,
    job_id      uuid        NOT NULL,
    n           bigint      GENERATED ALWAYS AS IDENTITY,
    attempt     integer     NOT NULL,
    outcome     text        NOT NULL CHECK (outcome IN ('retry', 'dead', 'cancelled', 'lost')),
    error       text        CHECK (octet_length(error) <= 2048),
    duration_ms bigint,
    ended_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, job_id, n)
);
CREATE INDEX attempts_ended ON queue.attempts (ended_at);

CREATE TABLE queue.dead_letters (
    tenant_id       uuid        NOT NULL,
    id              uuid        NOT NULL,
    seq             bigint      NOT NULL,
    lane            text        NOT NULL,
    kind            text        NOT NULL,
    attempts        integer     NOT NULL,
    key             text,
    idempotency_key text,
    trace_id        text,
    enqueued_at     timestamptz NOT NULL,
    died_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    error           text        NOT NULL CHECK (octet_length(error) <= 2048),
    args            jsonb       NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX dead_letters_by_time ON queue.dead_letters (tenant_id, died_at, id);
-- For the operator's list and the metrics, which cross tenants.
CREATE INDEX dead_letters_by_lane ON queue.dead_letters (lane, died_at);

-- A UUID version 7: rows made one after another lie beside each other in the primary key.
CREATE FUNCTION queue.new_id() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT encode(set_bit(set_bit(overlay(
        uuid_send(gen_random_uuid())
        PLACING substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
        FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
$$;

-- Stores jobs in the caller's transaction and with the caller's rights: under `signalbox_app` only
-- for the tenant of the transaction, from a definer function for any. A job whose idempotency key
-- is in use for its kind is skipped. From SQL:
--
--     SELECT queue.push(array_agg(ROW(d.tenant_id, 'live', 'process-delivery',
--         jsonb_build_object('delivery', d.id), d.thread, NULL, NULL, d.trace_id)::queue.new_job))
--     FROM stored_deliveries d;
--
-- Returns one row per job that was stored: its place in the array (from 1) and its id.
CREATE FUNCTION queue.push(p_jobs queue.new_job[]) RETURNS TABLE (ordinal bigint, id uuid)
LANGUAGE plpgsql VOLATILE
-- For an array whose length it knows, the planner always finds a plan of its own to be cheaper, and makes one per call.
SET plan_cache_mode = force_generic_plan
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    -- Most jobs have no idempotency key, and none of the work that it takes.
    IF NOT EXISTS (SELECT FROM unnest(p_jobs) j WHERE j.idempotency_key IS NOT NULL) THEN
        RETURN QUERY
        WITH input AS MATERIALIZED (
            SELECT j.*, queue.new_id() AS id FROM unnest(p_jobs) WITH ORDINALITY AS
                j (tenant_id, lane, kind, args, key, idempotency_key, run_at, trace_id, ordinal)
        ), stored AS (
            INSERT INTO queue.jobs (tenant_id, id, lane, kind, state, key, trace_id, run_at, args)
            SELECT i.tenant_id, i.id, i.lane, i.kind, CASE WHEN i.run_at IS NULL THEN 'ready' ELSE 'delayed' END,
                i.key, i.trace_id, i.run_at, i.args
            FROM input i ORDER BY i.ordinal
        )
        SELECT i.ordinal, i.id FROM input i ORDER BY i.ordinal;
        RETURN;
    END IF;

    RETURN QUERY
    WITH input AS MATERIALIZED (
        SELECT j.*, queue.new_id() AS id FROM unnest(p_jobs) WITH ORDINALITY AS
            j (tenant_id, lane, kind, args, key, idempotency_key, run_at, trace_id, ordinal)
    ), fresh AS (
        INSERT INTO queue.idempotency_keys (tenant_id, kind, key, job_id)
        SELECT i.tenant_id, i.kind, i.idempotency_key, i.id FROM input i
        WHERE i.idempotency_key IS NOT NULL
        -- Always in one order, so that two statements cannot wait for each other. Of equals, the first.
        ORDER BY i.tenant_id, i.kind, i.idempotency_key, i.ordinal
        ON CONFLICT DO NOTHING
        RETURNING job_id
    ), stored AS (
        INSERT INTO queue.jobs
            (tenant_id, id, lane, kind, state, key, idempotency_key, trace_id, run_at, args)
        SELECT i.tenant_id, i.id, i.lane, i.kind,
            CASE WHEN i.run_at IS NULL THEN 'ready' ELSE 'delayed' END,
            i.key, i.idempotency_key, i.trace_id, i.run_at, i.args
        FROM input i
        WHERE i.idempotency_key IS NULL OR i.id IN (SELECT job_id FROM fresh)
        ORDER BY i.ordinal
        RETURNING id
    )
    SELECT i.ordinal, i.id FROM input i WHERE i.id IN (SELECT s.id FROM stored s) ORDER BY i.ordinal;
END $$;

-- Claims up to `p_limit` jobs of the given kinds, the oldest first, and starts their leases.
-- Kinds that the caller does not know stay where they are. `p_now` decides what is due; leases are
-- measured in database time. The last row has no job: it says when the lane's next delayed job is
-- due, and whether this call spent its limit on parking, so that the caller should ask again.
CREATE FUNCTION queue.claim(p_lane text, p_kinds text[], p_limit integer, p_now timestamptz, p_lease interval)
RETURNS TABLE (
    tenant_id uuid, id uuid, kind text, args jsonb, attempt integer, run_token uuid, trace_id text,
    enqueued_at timestamptz, next_run_at timestamptz, ask_again boolean
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_rows    tid[];
    v_blocked tid[];
    v_parked  bigint := 0;
BEGIN
    PERFORM queue.require_read_committed();

    UPDATE queue.jobs j SET state = 'ready' WHERE j.ctid = ANY (ARRAY(
        SELECT d.ctid FROM queue.jobs d
        WHERE d.state = 'delayed' AND d.lane = p_lane AND d.run_at <= p_now
        ORDER BY d.run_at LIMIT 200 FOR UPDATE SKIP LOCKED));

    -- How many of the oldest jobs are of each kind; then as many locks as that, passing over rows
    -- that other claimers have. The key's advisory lock keeps other claimers off the key until
    -- this call has committed.
    WITH share AS MATERIALIZED (
        SELECT oldest.kind, count(*) AS n FROM (
            SELECT k.kind, r.seq FROM unnest(p_kinds) AS k (kind) CROSS JOIN LATERAL (
                SELECT j.seq FROM queue.jobs j
                WHERE j.state = 'ready' AND j.lane = p_lane AND j.kind = k.kind
                ORDER BY j.seq LIMIT p_limit) r
            ORDER BY r.seq LIMIT p_limit) oldest
        GROUP BY oldest.kind
    ), locked AS MATERIALIZED (
        SELECT l.* FROM share CROSS JOIN LATERAL (
            SELECT j.ctid AS row_id, j.tenant_id, j.key FROM queue.jobs j
            WHERE j.state = 'ready' AND j.lane = p_lane AND j.kind = share.kind
            ORDER BY j.seq LIMIT share.n FOR UPDATE SKIP LOCKED) l
    )
    SELECT array_agg(l.row_id) INTO v_rows FROM locked l
    WHERE l.key IS NULL OR pg_try_advisory_xact_lock(hashtextextended(l.tenant_id::text || l.key, 0));

    -- A new snapshot, taken under the keys' locks: who stands in front of each of these, if anyone?
    -- The holder of the key, or else the oldest in line.
    IF EXISTS (SELECT FROM queue.jobs c WHERE c.ctid = ANY (v_rows) AND c.key IS NOT NULL) THEN
        WITH line AS MATERIALIZED (
            SELECT c.ctid AS row_id, c.tenant_id, c.key, coalesce(
                (SELECT h.ctid FROM queue.jobs h
                 WHERE h.tenant_id = c.tenant_id AND h.key = c.key AND h.holds_key),
                (SELECT o.row_id FROM (
                    (SELECT f.ctid AS row_id, f.seq FROM queue.jobs f
                     WHERE f.tenant_id = c.tenant_id AND f.key = c.key AND f.state = 'ready'
                     ORDER BY f.seq LIMIT 1)
                    UNION ALL
                    (SELECT f.ctid, f.seq FROM queue.jobs f
                     WHERE f.tenant_id = c.tenant_id AND f.key = c.key AND f.state = 'parked'
                     ORDER BY f.seq LIMIT 1)) o
                 ORDER BY o.seq LIMIT 1)) AS front
            FROM queue.jobs c WHERE c.ctid = ANY (v_rows) AND c.key IS NOT NULL
        ), held AS MATERIALIZED (
            SELECT f.ctid AS row_id FROM queue.jobs f
            WHERE f.ctid = ANY (ARRAY(SELECT l.front FROM line l WHERE l.front <> l.row_id))
            FOR SHARE SKIP LOCKED
        ), parked AS (
            UPDATE queue.jobs j SET state = 'parked' WHERE j.ctid = ANY (ARRAY(
                SELECT b.row_id FROM (
                    SELECT DISTINCT l.tenant_id, l.key, l.front FROM line l
                    WHERE l.front IN (SELECT row_id FROM held)) busy
                CROSS JOIN LATERAL (
                    -- More than were met, so that a long line does not stand before other keys for long.
                    SELECT r.ctid AS row_id FROM queue.jobs r
                    WHERE r.tenant_id = busy.tenant_id AND r.key = busy.key AND r.state = 'ready'
                        AND r.ctid <> busy.front
                    ORDER BY r.seq LIMIT 500 FOR UPDATE SKIP LOCKED) b))
            RETURNING 1
        )
        SELECT array_agg(l.row_id) FILTER (WHERE l.front <> l.row_id), (SELECT count(*) FROM parked)
        INTO v_blocked, v_parked FROM line l;
    END IF;

    RETURN QUERY
    WITH claimed AS (
        UPDATE queue.jobs j SET state = 'running', holds_key = j.key IS NOT NULL, run_at = NULL,
            attempts = j.attempts + 1, run_token = gen_random_uuid(), lease_until = clock_timestamp() + p_lease
        WHERE j.ctid = ANY (ARRAY(SELECT unnest(v_rows) EXCEPT ALL SELECT unnest(v_blocked)))
        RETURNING j.*
    )
    SELECT c.tenant_id, c.id, c.kind, c.args, c.attempts, c.run_token, c.trace_id, c.enqueued_at,
        NULL::timestamptz, NULL::boolean
    FROM claimed c ORDER BY c.seq;

    RETURN QUERY
    SELECT NULL::uuid, NULL::uuid, NULL::text, NULL::jsonb, NULL::integer, NULL::uuid, NULL::text, NULL::timestamptz,
        (SELECT d.run_at FROM queue.jobs d WHERE d.state = 'delayed' AND d.lane = p_lane ORDER BY d.run_at LIMIT 1),
        v_parked > 0;
END $$;

CREATE FUNCTION queue.require_read_committed() RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the queue needs READ COMMITTED, not %', current_setting('transaction_isolation')
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
END $$;

-- Lets the next job of each key go. Called after the job in front was deleted, in a statement of its
-- own so that the snapshot is new. Returns the lanes that have work now.
CREATE FUNCTION queue.release_keys(p_tenants uuid[], p_keys text[]) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    WITH next AS MATERIALIZED (
        SELECT n.* FROM (SELECT DISTINCT * FROM unnest(p_tenants, p_keys) AS k (tenant_id, key)) k
        CROSS JOIN LATERAL (
            SELECT o.* FROM (
                (SELECT j.ctid AS row_id, j.seq, j.lane FROM queue.jobs j
                 WHERE j.tenant_id = k.tenant_id AND j.key = k.key AND j.state = 'ready' ORDER BY j.seq LIMIT 1)
                UNION ALL
                (SELECT j.ctid, j.seq, j.lane FROM queue.jobs j
                 WHERE j.tenant_id = k.tenant_id AND j.key = k.key AND j.state = 'parked' ORDER BY j.seq LIMIT 1)) o
            ORDER BY o.seq LIMIT 1) n
    ), freed AS (
        UPDATE queue.jobs j SET state = 'ready'
        WHERE j.ctid = ANY (ARRAY(SELECT n.row_id FROM next n)) AND j.state = 'parked'
    )
    SELECT DISTINCT n.lane FROM next n;
END $$;

-- Ends attempts. Outcomes: 'done' and 'cancelled' delete the job, 'dead' makes it a dead letter,
-- 'retry' and 'snooze' delay it until its `p_run_ats`, 'hand_back' makes it ready again; the last
-- two do not count the attempt. Returns a verdict per array place: 'acked'; 'lost' when the run
-- token is no longer the job's (another run owns it, nothing was changed); 'busy' when the row is
-- locked at this moment (ask again). Rows without a place name lanes that have work now.
CREATE FUNCTION queue.ack(
    p_tenants uuid[], p_ids uuid[], p_tokens uuid[], p_outcomes text[], p_run_ats timestamptz[],
    p_errors text[], p_millis bigint[]
) RETURNS TABLE (ordinal bigint, verdict text, lane text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_rows    tid[];
    v_places  bigint[];
    v_tenants uuid[];
    v_keys    text[];
    v_failed  boolean := p_outcomes && ARRAY['retry', 'dead', 'cancelled'];
BEGIN
    PERFORM queue.require_read_committed();

    SELECT array_agg(h.row_id), array_agg(h.place) INTO v_rows, v_places FROM (
        -- Row by row: as a join, the planner may read the whole primary key once per ack.
        SELECT j.row_id, a.place
        FROM unnest(p_tenants, p_ids, p_tokens) WITH ORDINALITY AS a (tenant_id, id, token, place)
        CROSS JOIN LATERAL (
            SELECT r.ctid AS row_id FROM queue.jobs r
            WHERE r.tenant_id = a.tenant_id AND r.id = a.id AND r.run_token = a.token
            FOR UPDATE SKIP LOCKED) j) h;

    IF v_failed THEN
        INSERT INTO queue.attempts (tenant_id, job_id, attempt, outcome, error, duration_ms)
        SELECT j.tenant_id, j.id, j.attempts, p_outcomes[h.place], p_errors[h.place], p_millis[h.place]
        FROM unnest(v_rows, v_places) AS h (row_id, place) JOIN queue.jobs j ON j.ctid = h.row_id
        WHERE p_outcomes[h.place] IN ('retry', 'dead', 'cancelled');

        INSERT INTO queue.dead_letters (tenant_id, id, seq, lane, kind, attempts, key, idempotency_key,
            trace_id, enqueued_at, error, args)
        SELECT j.tenant_id, j.id, j.seq, j.lane, j.kind, j.attempts, j.key, j.idempotency_key,
            j.trace_id, j.enqueued_at, p_errors[h.place], j.args
        FROM unnest(v_rows, v_places) AS h (row_id, place) JOIN queue.jobs j ON j.ctid = h.row_id
        WHERE p_outcomes[h.place] = 'dead';
    END IF;

    IF p_outcomes && ARRAY['retry', 'snooze', 'hand_back'] THEN
        UPDATE queue.jobs j SET
            state = CASE p_outcomes[h.place] WHEN 'hand_back' THEN 'ready' ELSE 'delayed' END,
            run_at = p_run_ats[h.place],
            attempts = j.attempts - CASE p_outcomes[h.place] WHEN 'retry' THEN 0 ELSE 1 END,
            run_token = NULL, lease_until = NULL
        FROM unnest(v_rows, v_places) AS h (row_id, place)
        WHERE j.ctid = h.row_id AND p_outcomes[h.place] IN ('retry', 'snooze', 'hand_back');
    END IF;

    WITH gone AS (
        DELETE FROM queue.jobs j USING unnest(v_rows, v_places) AS h (row_id, place)
        WHERE j.ctid = h.row_id AND p_outcomes[h.place] IN ('done', 'cancelled', 'dead')
        RETURNING j.tenant_id, j.kind, j.key, j.idempotency_key, p_outcomes[h.place] AS outcome
    ), spent AS (
        UPDATE queue.idempotency_keys i SET finished_at = clock_timestamp() FROM gone g
        WHERE g.outcome <> 'dead' AND g.idempotency_key IS NOT NULL
            AND i.tenant_id = g.tenant_id AND i.kind = g.kind AND i.key = g.idempotency_key
    )
    SELECT array_agg(g.tenant_id), array_agg(g.key) INTO v_tenants, v_keys FROM gone g WHERE g.key IS NOT NULL;

    IF v_keys IS NOT NULL THEN
        RETURN QUERY SELECT NULL::bigint, NULL::text, r FROM queue.release_keys(v_tenants, v_keys) r;
    END IF;

    RETURN QUERY
    SELECT a.place, CASE
        WHEN a.place = ANY (v_places) THEN 'acked'
        WHEN EXISTS (SELECT FROM queue.jobs j
            WHERE j.tenant_id = a.tenant_id AND j.id = a.id AND j.run_token = a.token) THEN 'busy'
        ELSE 'lost' END, NULL::text
    FROM unnest(p_tenants, p_ids, p_tokens) WITH ORDINALITY AS a (tenant_id, id, token, place);
END $$;

-- Extends leases. Returns the run tokens that own their job no more.
CREATE FUNCTION queue.heartbeat(p_tenants uuid[], p_ids uuid[], p_tokens uuid[], p_lease interval)
RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- A row locked at this moment is being acked, or fenced by its handler's open transaction:
    -- then nobody can rescue it either.
    UPDATE queue.jobs j SET lease_until = clock_timestamp() + p_lease WHERE j.ctid = ANY (ARRAY(
        SELECT j.row_id FROM unnest(p_tenants, p_ids, p_tokens) AS a (tenant_id, id, token)
        CROSS JOIN LATERAL (
            SELECT r.ctid AS row_id FROM queue.jobs r
            WHERE r.tenant_id = a.tenant_id AND r.id = a.id AND r.run_token = a.token
            FOR UPDATE SKIP LOCKED) j));

    RETURN QUERY
    SELECT a.token FROM unnest(p_tenants, p_ids, p_tokens) AS a (tenant_id, id, token)
    WHERE NOT EXISTS (SELECT FROM queue.jobs j
        WHERE j.tenant_id = a.tenant_id AND j.id = a.id AND j.run_token = a.token);
END $$;

-- Makes jobs whose lease has run out ready again; the attempt counts. The caller must itself have
-- reached the database without a gap for one lease: only then has every living worker had the
-- chance to extend its leases after an outage. Returns the lanes, with how many jobs each got back.
CREATE FUNCTION queue.rescue(p_limit integer) RETURNS TABLE (lane text, jobs bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH rescued AS (
        UPDATE queue.jobs j SET state = 'ready', run_token = NULL, lease_until = NULL
        WHERE j.ctid = ANY (ARRAY(
            SELECT r.ctid FROM queue.jobs r
            WHERE r.state = 'running' AND r.lease_until < clock_timestamp()
            ORDER BY r.lease_until LIMIT p_limit FOR UPDATE SKIP LOCKED))
        RETURNING j.tenant_id, j.id, j.attempts, j.lane
    ), recorded AS (
        INSERT INTO queue.attempts (tenant_id, job_id, attempt, outcome, error)
        SELECT r.tenant_id, r.id, r.attempts, 'lost', 'the lease ran out: its worker died or was cut off'
        FROM rescued r
    )
    SELECT r.lane, count(*) FROM rescued r GROUP BY r.lane;
END $$;

-- Whether this run still owns its job. If so, nobody can take the job away before the caller's
-- transaction has ended: what the caller commits with it is done by at most one run.
CREATE FUNCTION queue.fence(p_tenant uuid, p_id uuid, p_token uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM queue.jobs j
    WHERE j.tenant_id = p_tenant AND j.id = p_id AND j.run_token = p_token FOR SHARE;
    RETURN FOUND;
END $$;

-- Forgets idempotency keys whose job ended longer ago than the horizon, and attempts as old, except
-- those of jobs and dead letters that still exist. Returns how many rows went.
CREATE FUNCTION queue.purge(p_horizon interval, p_limit integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_before timestamptz := clock_timestamp() - p_horizon;
    v_keys bigint;
    v_attempts bigint;
BEGIN
    DELETE FROM queue.idempotency_keys WHERE ctid = ANY (ARRAY(
        SELECT i.ctid FROM queue.idempotency_keys i WHERE i.finished_at < v_before
        ORDER BY i.finished_at LIMIT p_limit FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS v_keys = ROW_COUNT;
    DELETE FROM queue.attempts WHERE ctid = ANY (ARRAY(
        SELECT a.ctid FROM queue.attempts a WHERE a.ended_at < v_before
            AND NOT EXISTS (SELECT FROM queue.dead_letters d WHERE d.tenant_id = a.tenant_id AND d.id = a.job_id)
            AND NOT EXISTS (SELECT FROM queue.jobs j WHERE j.tenant_id = a.tenant_id AND j.id = a.job_id)
        ORDER BY a.ended_at LIMIT p_limit FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS v_attempts = ROW_COUNT;
    RETURN v_keys + v_attempts;
END $$;

-- Figures per lane. Counts stop at `p_cap`, so that a deep queue does not make its own metrics slow.
-- The age is that of the oldest job that could start now.
CREATE FUNCTION queue.stats(p_cap integer) RETURNS TABLE (
    lane text, ready bigint, delayed bigint, parked bigint, running bigint, dead_letters bigint, oldest_seconds double precision
)
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
    WITH RECURSIVE lanes AS (SELECT unnest(queue.lanes()) AS lane),
    -- One step per kind that is waiting, instead of one per job.
    kinds AS (
        SELECT l.lane, (SELECT j.kind FROM queue.jobs j WHERE j.state = 'ready' AND j.lane = l.lane
            ORDER BY j.kind LIMIT 1) AS kind FROM lanes l
        UNION ALL
        SELECT k.lane, (SELECT j.kind FROM queue.jobs j WHERE j.state = 'ready' AND j.lane = k.lane AND j.kind > k.kind
            ORDER BY j.kind LIMIT 1) FROM kinds k WHERE k.kind IS NOT NULL
    ),
    oldest AS (
        SELECT k.lane, min((SELECT j.enqueued_at FROM queue.jobs j
            WHERE j.state = 'ready' AND j.lane = k.lane AND j.kind = k.kind ORDER BY j.seq LIMIT 1)) AS enqueued_at
        FROM kinds k GROUP BY k.lane
    ),
    parked AS (
        SELECT p.lane, count(*) AS n FROM
            (SELECT j.lane FROM queue.jobs j WHERE j.state = 'parked' LIMIT p_cap) p GROUP BY p.lane
    ),
    running AS (
        SELECT j.lane, count(*) AS n FROM queue.jobs j WHERE j.state = 'running' GROUP BY j.lane
    )
    SELECT l.lane,
        (SELECT count(*) FROM (SELECT FROM queue.jobs j WHERE j.state = 'ready' AND j.lane = l.lane LIMIT p_cap) c),
        (SELECT count(*) FROM (SELECT FROM queue.jobs j WHERE j.state = 'delayed' AND j.lane = l.lane LIMIT p_cap) c),
        coalesce((SELECT p.n FROM parked p WHERE p.lane = l.lane), 0),
        coalesce((SELECT r.n FROM running r WHERE r.lane = l.lane), 0),
        (SELECT count(*) FROM (SELECT FROM queue.dead_letters d WHERE d.lane = l.lane LIMIT p_cap) c),
        coalesce(extract(epoch FROM clock_timestamp() - o.enqueued_at)::double precision, 0)
    FROM lanes l LEFT JOIN oldest o ON o.lane = l.lane ORDER BY array_position(queue.lanes(), l.lane);
$$;

-- The jobs that have not ended, the oldest first, across tenants: for the operator and for tests.
CREATE FUNCTION queue.unfinished(p_limit integer) RETURNS TABLE (
    tenant_id uuid, id uuid, lane text, kind text, state text, attempts integer, run_at timestamptz, last_error text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT j.tenant_id, j.id, j.lane, j.kind, j.state, j.attempts, j.run_at,
        (SELECT a.error FROM queue.attempts a
         WHERE a.tenant_id = j.tenant_id AND a.job_id = j.id ORDER BY a.n DESC LIMIT 1)
    FROM queue.jobs j ORDER BY j.seq LIMIT p_limit;
$$;

-- The newest dead letters of all tenants, for the operator. Without arguments: what they say is the tenant's.
CREATE FUNCTION queue.newest_dead_letters(p_limit integer) RETURNS TABLE (
    tenant_id uuid, id uuid, lane text, kind text, attempts integer, died_at timestamptz, error text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.tenant_id, d.id, d.lane, d.kind, d.attempts, d.died_at, d.error
    FROM unnest(queue.lanes()) AS l (lane) CROSS JOIN LATERAL (
        SELECT * FROM queue.dead_letters d WHERE d.lane = l.lane ORDER BY d.died_at DESC LIMIT p_limit) d
    ORDER BY d.died_at DESC LIMIT p_limit;
$$;

-- Tenants see and store only what is theirs. Work across tenants is what the definer functions do.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['jobs', 'idempotency_keys', 'attempts', 'dead_letters'] LOOP
        EXECUTE format('ALTER TABLE queue.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE queue.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON queue.%I TO signalbox_app
            USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant())', t);
        EXECUTE format('CREATE POLICY across_tenants ON queue.%I TO signalbox_definer
            USING (true) WITH CHECK (true)', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON queue.%I TO signalbox_definer', t);
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA queue TO signalbox_app, signalbox_definer;
-- The app stores jobs, reads what is its tenant's, and replays or discards dead letters. It cannot
-- change or delete a job: that goes through a run token.
GRANT SELECT, INSERT ON queue.jobs TO signalbox_app;
GRANT SELECT, INSERT, UPDATE (finished_at) ON queue.idempotency_keys TO signalbox_app;
GRANT SELECT ON queue.attempts TO signalbox_app;
GRANT SELECT, DELETE ON queue.dead_letters TO signalbox_app;

-- A new owner must be allowed to create in the schema at the moment it becomes the owner.
GRANT CREATE ON SCHEMA queue TO signalbox_definer;
ALTER FUNCTION queue.claim OWNER TO signalbox_definer;
ALTER FUNCTION queue.ack OWNER TO signalbox_definer;
ALTER FUNCTION queue.heartbeat OWNER TO signalbox_definer;
ALTER FUNCTION queue.rescue OWNER TO signalbox_definer;
ALTER FUNCTION queue.fence OWNER TO signalbox_definer;
ALTER FUNCTION queue.purge OWNER TO signalbox_definer;
ALTER FUNCTION queue.stats OWNER TO signalbox_definer;
ALTER FUNCTION queue.unfinished OWNER TO signalbox_definer;
ALTER FUNCTION queue.newest_dead_letters OWNER TO signalbox_definer;
REVOKE CREATE ON SCHEMA queue FROM signalbox_definer;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA queue FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.lanes, queue.new_id, queue.push TO signalbox_app, signalbox_definer;
GRANT EXECUTE ON FUNCTION queue.require_read_committed, queue.release_keys TO signalbox_definer;
GRANT EXECUTE ON FUNCTION queue.claim, queue.ack, queue.heartbeat, queue.rescue, queue.fence, queue.purge,
    queue.stats, queue.unfinished, queue.newest_dead_letters TO signalbox_app;
