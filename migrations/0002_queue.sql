-- The job queue. `crates/queue` is its only client, besides functions that store jobs in the statement that
-- stores what the jobs are about: they insert into `queue.jobs`, or call `queue.push` for idempotency keys.
--
--                 push ──────────────┐ (run_at given)
--                   │                ▼
--                   ▼     due    ┌─────────┐
--   ┌────────┐   ┌───────┐ ◄──── │ delayed │ ◄─┐
--   │ aside  │ ◄─│ ready │       └─────────┘   │ retry, snooze
--   └────────┘ ─►└───────┘                     │
--     key busy,    │   ▲ handed back, rescued  │
--     connection   ▼   │                       │
--     held       ┌─────────┐ ──────────────────┘
--                │ running │ ──► done, cancelled: the row is deleted
--                └─────────┘ ──► failed, exhausted: queue.dead_letters
--
-- What makes it quick. A job is one insert, one update and one delete. No index has a column that
-- the claim changes, so that the update stays on its page (HOT) and writes no index; whether a job
-- runs is seen in its row. Leases are kept per worker, not per job.
--
-- Order within a key. Jobs of one key (per tenant, across lanes and kinds) run one at a time, in
-- the order of `id`, which a sequence hands out at the insert. `queue.busy_keys` has a row for each
-- key that a job has: from its first claim, through its retries, until it ends. The primary key of
-- that table is what refuses a second runner. Transactions that do not overlap therefore run in
-- order. Of two that do, the one with the lower number may commit second, after the other's job
-- has started; it then runs after it, never beside it. A job scheduled for later joins the line
-- when it is due and holds nothing back before.
--
-- Who may be set aside, and why none is forgotten. A claimer that meets a job whose key is busy
-- sets it aside, so that it is met once and not at every claim. It does so only while it holds a
-- lock on what it waits for: the key's row in `busy_keys`, or the older job. Whoever removes that
-- one has to wait for the lock, and then, in a new snapshot, frees the next of the key. So either
-- the remover sees the job that was set aside, or the claimer sees that the way is free. This needs
-- READ COMMITTED; the functions refuse anything else.
--
-- Who comes back to the line (handed back, rescued, set free) gets `run_at = '-infinity'`: due at
-- once whatever any clock says, and before those that came later. So the line itself, the jobs
-- without `run_at`, only ever grows at its end, and who reads it may remember how far it is empty.
--
-- Statistics of a table that fills and empties within seconds are always wrong: the one good plan of each statement here
-- is the index. Who calls `claim`, `ack` and `rescue` takes the others away for its session (`control.rs`);
-- settings of the functions themselves would cost as much as their statements.

CREATE SCHEMA queue;

-- Lanes and states are text and not enums: comparing enums is not leakproof, and under row-level
-- security the planner then does not see that an index delivers its rows in order.
CREATE FUNCTION queue.lanes() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN ARRAY['live', 'automation', 'notify', 'timers', 'bulk'];

-- What `queue.push` takes. `run_at` null means at once, whatever any clock says; `priority` null is the ordinary one.
CREATE TYPE queue.new_job AS (
    tenant_id       uuid,
    lane            text,
    kind            text,
    args            jsonb,
    key             text,
    idempotency_key text,
    run_at          timestamptz,
    trace_id        text,
    priority        smallint,
    connection_id   uuid
);

CREATE SEQUENCE queue.job_ids;

CREATE TABLE queue.jobs (
    tenant_id       uuid        NOT NULL,
    id              bigint      NOT NULL DEFAULT nextval('queue.job_ids'),
    -- The order of jobs: the id once more, in a column that the primary key does not have. Otherwise that index looks as
    -- good as the right one for the first jobs of a tenant, and reads all of them.
    place           bigint      NOT NULL GENERATED ALWAYS AS (id) STORED,
    -- Spelled out: a function in a check is called for every row, and costs as much as the rest of an insert.
    lane            text        NOT NULL CHECK (lane IN ('live', 'automation', 'notify', 'timers', 'bulk')),
    kind            text        NOT NULL,
    -- 0 before 1 before 2, among the jobs of a tenant.
    priority        smallint    NOT NULL DEFAULT 1 CHECK (priority BETWEEN 0 AND 2),
    -- The connection whose provider the job calls.
    connection_id   uuid,
    key             text,
    idempotency_key text,
    trace_id        text,
    run_at          timestamptz,
    -- Why the job is not in line: 'key', 'hold', or null.
    aside           text,
    attempts        integer     NOT NULL DEFAULT 0,
    -- The worker and the claim that the job runs under.
    worker          integer,
    run_token       uuid,
    claimed_at      timestamptz,
    -- Whether the rate limiter has given the job its turn at `run_at`.
    ticket          boolean     NOT NULL DEFAULT false,
    enqueued_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    args            jsonb       NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITH (
    -- Room for the update of the claim on the page of the insert.
    fillfactor = 45,
    -- Rows live for milliseconds: vacuum by count, not by a share of a table that is mostly gone.
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000,
    autovacuum_vacuum_cost_delay = 0
);

-- The claim path crosses tenants by its nature, so these lead with the lane. Running jobs stay in them until they end.
CREATE INDEX jobs_line ON queue.jobs (lane, kind, tenant_id, priority, place) WHERE run_at IS NULL AND aside IS NULL;
CREATE INDEX jobs_due ON queue.jobs (lane, kind, run_at, place) WHERE run_at IS NOT NULL AND aside IS NULL;
CREATE INDEX jobs_aside ON queue.jobs (lane, aside, tenant_id, connection_id, place) WHERE aside IS NOT NULL;
CREATE INDEX jobs_by_key ON queue.jobs (tenant_id, key, place) WHERE key IS NOT NULL;

-- The job that has its key.
CREATE TABLE queue.busy_keys (
    tenant_id uuid   NOT NULL,
    key       text   NOT NULL,
    job_id    bigint NOT NULL,
    PRIMARY KEY (tenant_id, key)
) WITH (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000, autovacuum_vacuum_cost_delay = 0
);

-- Processes that run jobs. A worker whose lease has run out is dead to the queue, even if it comes back.
CREATE TABLE queue.workers (
    id          integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text        NOT NULL,
    lanes       jsonb       NOT NULL DEFAULT '{}',
    kinds       text[]      NOT NULL DEFAULT '{}',
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease_until timestamptz NOT NULL,
    dead_at     timestamptz
);

-- What must not run at the moment: every field that is set must match. Few rows, made by operators and circuit breakers.
CREATE TABLE queue.holds (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reason        text        NOT NULL CHECK (reason IN ('paused', 'needs_reauth', 'breaker')),
    lane          text,
    kind          text,
    tenant_id     uuid,
    connection_id uuid,
    -- When a breaker lets a probe through.
    until         timestamptz,
    -- The job that goes all the same: a breaker's probe.
    probe         bigint,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (coalesce(lane, kind, tenant_id::text, connection_id::text) IS NOT NULL),
    CHECK (connection_id IS NULL OR tenant_id IS NOT NULL)
);
CREATE UNIQUE INDEX holds_one_of_each ON queue.holds (reason, coalesce(lane, ''), coalesce(kind, ''),
    coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'),
    coalesce(connection_id, '00000000-0000-0000-0000-000000000000'));

-- One row per idempotency key in use. It outlives its job by the horizon given to `queue.purge`,
-- counted from the job's end; a dead letter keeps it until it is replayed to its end or discarded.
CREATE TABLE queue.idempotency_keys (
    tenant_id   uuid NOT NULL,
    kind        text NOT NULL,
    key         text NOT NULL,
    job_id      bigint NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (tenant_id, kind, key)
);
CREATE INDEX idempotency_keys_finished ON queue.idempotency_keys (finished_at) WHERE finished_at IS NOT NULL;

-- Attempts that did not succeed. A success leaves nothing here: its trace is what it did.
CREATE TABLE queue.attempts (
    tenant_id   uuid        NOT NULL,
    job_id      bigint      NOT NULL,
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
    id              bigint      NOT NULL,
    lane            text        NOT NULL,
    kind            text        NOT NULL,
    priority        smallint    NOT NULL,
    connection_id   uuid,
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

-- Stores jobs in the caller's transaction and with the caller's rights: under `signalbox_app` only
-- for the tenant of the transaction, from a definer function for any. A job whose idempotency key
-- is in use for its kind is skipped. From SQL:
--
--     SELECT queue.push(array_agg(ROW(d.tenant_id, 'live', 'process-delivery',
--         jsonb_build_object('delivery', d.id), d.thread, NULL, NULL, d.trace_id, NULL, NULL)::queue.new_job))
--     FROM stored_deliveries d;
--
-- Returns one row per job that was stored: its place in the array (from 1) and its id.
CREATE FUNCTION queue.push(p_jobs queue.new_job[]) RETURNS TABLE (ordinal bigint, id bigint)
LANGUAGE plpgsql VOLATILE
-- For an array whose length it knows, the planner always finds a plan of its own to be cheaper, and makes one per call.
SET plan_cache_mode = force_generic_plan
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    -- Most jobs have no idempotency key, and none of the work that it takes.
    IF NOT EXISTS (SELECT FROM unnest(p_jobs) j WHERE j.idempotency_key IS NOT NULL) THEN
        RETURN QUERY
        WITH stored AS (
            INSERT INTO queue.jobs (tenant_id, lane, kind, args, key, run_at, trace_id, priority, connection_id)
            SELECT j.tenant_id, j.lane, j.kind, j.args, j.key, j.run_at, j.trace_id, coalesce(j.priority, 1::smallint),
                j.connection_id
            FROM unnest(p_jobs) j
            RETURNING id
        )
        SELECT row_number() OVER (ORDER BY s.id), s.id FROM stored s;
        RETURN;
    END IF;

    RETURN QUERY
    WITH input AS MATERIALIZED (
        SELECT j.*, nextval('queue.job_ids') AS id FROM unnest(p_jobs) WITH ORDINALITY AS
            j (tenant_id, lane, kind, args, key, idempotency_key, run_at, trace_id, priority, connection_id, ordinal)
    ), fresh AS (
        INSERT INTO queue.idempotency_keys (tenant_id, kind, key, job_id)
        SELECT i.tenant_id, i.kind, i.idempotency_key, i.id FROM input i
        WHERE i.idempotency_key IS NOT NULL
        -- Always in one order, so that two statements cannot wait for each other. Of equals, the first.
        ORDER BY i.tenant_id, i.kind, i.idempotency_key, i.ordinal
        ON CONFLICT DO NOTHING
        RETURNING job_id
    ), stored AS (
        INSERT INTO queue.jobs (tenant_id, id, lane, kind, args, key, idempotency_key, run_at, trace_id, priority,
            connection_id)
        SELECT i.tenant_id, i.id, i.lane, i.kind, i.args, i.key, i.idempotency_key, i.run_at, i.trace_id,
            coalesce(i.priority, 1::smallint), i.connection_id
        FROM input i
        WHERE i.idempotency_key IS NULL OR i.id IN (SELECT job_id FROM fresh)
        ORDER BY i.ordinal
        RETURNING id
    )
    SELECT i.ordinal, i.id FROM input i WHERE i.id IN (SELECT s.id FROM stored s) ORDER BY i.ordinal;
END $$;

-- Claims up to `p_limit` jobs of the given kinds for a worker. Kinds that it does not know stay where
-- they are. What is due comes first; then every tenant that has work gets an equal share of the
-- places, in the order of priority and age. `p_now` decides what is due.
--
-- `p_tenants` null looks for the tenants that have work, beginning after `p_after`: there may be many.
-- `p_floor` is the job before which the caller has lately found the line empty (`scan.rs` says why).
--
-- A job's `next_run_at` is the time for which it was stored, if it was. The last row has no job. It says
-- when the next delayed job is due; whether the caller should ask again at once, because jobs were set
-- aside or a tenant has more; and after which tenant to look next.
CREATE FUNCTION queue.claim(
    p_worker integer, p_token uuid, p_lane text, p_kinds text[], p_limit integer, p_now timestamptz,
    p_after uuid, p_tenants uuid[], p_floor bigint
) RETURNS TABLE (
    tenant_id uuid, id bigint, kind text, args jsonb, attempt integer, ticket boolean, trace_id text,
    enqueued_at timestamptz, connection_id uuid, in_line boolean, next_run_at timestamptz, ask_again boolean,
    after_tenant uuid
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_known   boolean;
    v_holds   boolean;
    v_kinds   text[];
    v_whose   uuid[];
    v_share   integer;
    v_next    timestamptz;
    v_rows    tid[];
    v_tenants uuid[];
    v_keys    text[];
    v_ids     bigint[];
    v_keyed   boolean;
    v_due     record;
    v_blocked tid[];
    v_after   uuid;
    v_more    boolean := false;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the queue needs READ COMMITTED' USING ERRCODE = 'invalid_transaction_state';
    END IF;
    SELECT EXISTS (SELECT FROM queue.workers w WHERE w.id = p_worker AND w.dead_at IS NULL),
        EXISTS (SELECT FROM queue.holds) INTO v_known, v_holds;
    IF NOT v_known THEN
        RAISE EXCEPTION 'the worker % is not registered, or was given up', p_worker USING ERRCODE = 'SB001';
    END IF;
    IF v_holds THEN
        -- What whole lanes and kinds are held back by needs no look at their jobs.
        SELECT coalesce(array_agg(k), '{}') INTO p_kinds FROM unnest(p_kinds) k WHERE NOT EXISTS (
            SELECT FROM queue.holds h WHERE h.tenant_id IS NULL AND coalesce(h.lane, p_lane) = p_lane
                AND coalesce(h.kind, k) = k);
    END IF;

    -- Who has work? One step per tenant and kind, not one per job.
    IF p_tenants IS NULL THEN
        WITH RECURSIVE found AS (
            SELECT k.kind, t.tenant_id FROM unnest(p_kinds) AS k (kind) CROSS JOIN LATERAL (
                SELECT j.tenant_id FROM queue.jobs j
                WHERE j.lane = p_lane AND j.kind = k.kind AND j.tenant_id > p_after AND j.place >= p_floor
                    AND j.run_at IS NULL AND j.aside IS NULL
                ORDER BY j.tenant_id, j.priority, j.place LIMIT 1) t
            UNION ALL
            SELECT f.kind, t.tenant_id FROM found f CROSS JOIN LATERAL (
                SELECT j.tenant_id FROM queue.jobs j
                WHERE j.lane = p_lane AND j.kind = f.kind AND j.tenant_id > f.tenant_id AND j.place >= p_floor
                    AND j.run_at IS NULL AND j.aside IS NULL
                ORDER BY j.tenant_id, j.priority, j.place LIMIT 1) t
        )
        -- Whoever comes last may find the places taken: each time somebody else.
        SELECT array_agg(f.kind ORDER BY f.turn), array_agg(f.tenant_id ORDER BY f.turn) INTO v_kinds, v_whose
        FROM (SELECT f.*, random() AS turn FROM found f LIMIT 64) f;
        IF cardinality(v_whose) = 64 THEN
            -- The steps of all kinds go side by side: none has come further than its last.
            SELECT min(l.last), true INTO v_after, v_more FROM (
                SELECT max(f.tenant::text) AS last FROM unnest(v_kinds, v_whose) AS f (kind, tenant) GROUP BY f.kind) l;
        END IF;
    ELSE
        SELECT array_agg(k.kind), array_agg(t.tenant_id) INTO v_kinds, v_whose
        FROM unnest(p_kinds) AS k (kind) CROSS JOIN unnest(p_tenants) AS t (tenant_id);
    END IF;
    IF v_holds THEN
        SELECT array_agg(f.kind), array_agg(f.tenant) INTO v_kinds, v_whose
        FROM unnest(v_kinds, v_whose) AS f (kind, tenant) WHERE NOT EXISTS (
            SELECT FROM queue.holds h WHERE h.tenant_id = f.tenant AND h.connection_id IS NULL
                AND coalesce(h.lane, p_lane) = p_lane AND coalesce(h.kind, f.kind) = f.kind);
    END IF;

    SELECT min(d.run_at) INTO v_next FROM unnest(p_kinds) AS k (kind) CROSS JOIN LATERAL (
        SELECT j.run_at FROM queue.jobs j
        WHERE j.lane = p_lane AND j.kind = k.kind AND j.run_at IS NOT NULL AND j.aside IS NULL AND j.run_token IS NULL
        ORDER BY j.run_at, j.place LIMIT 1) d;
    IF v_next <= p_now THEN
        SELECT array_agg(d.row_id), array_agg(d.tenant_id), array_agg(d.key), array_agg(d.id), bool_or(d.key IS NOT NULL)
        INTO v_rows, v_tenants, v_keys, v_ids, v_keyed
        FROM (SELECT j.* FROM unnest(p_kinds) AS k (kind) CROSS JOIN LATERAL (
            SELECT j.ctid AS row_id, j.tenant_id, j.key, j.id FROM queue.jobs j
            WHERE j.lane = p_lane AND j.kind = k.kind AND j.run_at <= p_now AND j.aside IS NULL AND j.run_token IS NULL
            ORDER BY j.run_at, j.place LIMIT p_limit FOR UPDATE SKIP LOCKED) j LIMIT p_limit) d;
        SELECT min(d.run_at) INTO v_next FROM unnest(p_kinds) AS k (kind) CROSS JOIN LATERAL (
            SELECT j.run_at FROM queue.jobs j
            WHERE j.lane = p_lane AND j.kind = k.kind AND j.run_at > p_now AND j.aside IS NULL
            ORDER BY j.run_at, j.place LIMIT 1) d;
    END IF;

    p_limit := p_limit - coalesce(cardinality(v_rows), 0);
    IF v_whose IS NOT NULL AND p_limit > 0 THEN
        v_share := greatest(1, p_limit / cardinality(v_whose));
        SELECT array_agg(l.row_id) AS rows, array_agg(l.tenant_id) AS tenants, array_agg(l.key) AS keys,
            array_agg(l.id) AS ids, bool_or(l.key IS NOT NULL) AS keyed, count(*) AS n
        INTO v_due
        FROM (SELECT j.* FROM unnest(v_kinds, v_whose) AS f (kind, tenant) CROSS JOIN unnest('{0,1,2}'::smallint[]) AS p
            CROSS JOIN LATERAL (
                SELECT j.ctid AS row_id, j.tenant_id, j.key, j.id FROM queue.jobs j
                WHERE j.lane = p_lane AND j.kind = f.kind AND j.tenant_id = f.tenant AND j.priority = p
                    AND j.place >= p_floor AND j.run_at IS NULL AND j.aside IS NULL AND j.run_token IS NULL
                ORDER BY j.place LIMIT v_share FOR UPDATE SKIP LOCKED) j LIMIT p_limit) l;
        v_rows := v_rows || v_due.rows;
        v_tenants := v_tenants || v_due.tenants;
        v_keys := v_keys || v_due.keys;
        v_ids := v_ids || v_due.ids;
        v_keyed := coalesce(v_keyed, false) OR coalesce(v_due.keyed, false);
        v_more := v_more OR cardinality(v_whose) > 1 AND v_due.n >= v_share;
    END IF;

    IF v_rows IS NOT NULL AND v_holds THEN
        v_blocked := queue.set_aside_held(v_rows, p_lane);
    END IF;
    IF v_blocked IS NOT NULL THEN
        v_more := true;
        SELECT array_agg(c.r), array_agg(c.t), array_agg(c.k), array_agg(c.i) INTO v_rows, v_tenants, v_keys, v_ids
        FROM unnest(v_rows, v_tenants, v_keys, v_ids) AS c (r, t, k, i) WHERE c.r <> ALL (v_blocked);
    END IF;
    IF v_rows IS NOT NULL AND v_keyed THEN
        SELECT t.blocked, t.aside > 0 OR v_more INTO v_blocked, v_more
        FROM queue.take_keys(v_rows, v_tenants, v_keys, v_ids) t;
        IF v_blocked IS NOT NULL THEN
            SELECT array_agg(r) INTO v_rows FROM unnest(v_rows) r WHERE r <> ALL (v_blocked);
        END IF;
    END IF;

    IF v_rows IS NOT NULL THEN
        RETURN QUERY
        WITH claimed AS (
            UPDATE queue.jobs j SET run_token = p_token, worker = p_worker, claimed_at = clock_timestamp(),
                attempts = j.attempts + 1
            WHERE j.ctid = ANY (v_rows)
            RETURNING j.*
        )
        SELECT c.tenant_id, c.id, c.kind, c.args, c.attempts, c.ticket, c.trace_id, c.enqueued_at, c.connection_id,
            c.run_at IS NULL, nullif(c.run_at, '-infinity'), NULL::boolean, NULL::uuid
        FROM claimed c ORDER BY c.priority, c.id;
    END IF;
    RETURN QUERY VALUES (NULL::uuid, NULL::bigint, NULL::text, NULL::jsonb, NULL::integer, NULL::boolean, NULL::text,
        NULL::timestamptz, NULL::uuid, NULL::boolean, v_next, v_more, v_after);
END $$;

-- Takes the keys of jobs that the caller has locked and is about to claim. Says which of them may not
-- run, because their key is busy or an older job is before them, and how many jobs were set aside.
CREATE FUNCTION queue.take_keys(
    p_rows tid[], p_tenants uuid[], p_keys text[], p_ids bigint[], OUT blocked tid[], OUT aside bigint
)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_fresh bigint[];
    v_older bigint[];
BEGIN
    WITH taken AS (
        INSERT INTO queue.busy_keys (tenant_id, key, job_id)
        -- Always in one order, so that two claims cannot wait for each other. Of several jobs, the oldest.
        SELECT DISTINCT ON (j.tenant_id, j.key) j.tenant_id, j.key, j.id
        FROM unnest(p_tenants, p_keys, p_ids) AS j (tenant_id, key, id) WHERE j.key IS NOT NULL
        ORDER BY j.tenant_id, j.key, j.id
        ON CONFLICT DO NOTHING RETURNING job_id
    )
    SELECT array_agg(t.job_id) INTO v_fresh FROM taken t;

    -- A new snapshot, taken while these keys are ours: nobody else can start a job of theirs. Is it their turn?
    SELECT array_agg(m.row_id) FILTER (WHERE m.owner IS DISTINCT FROM m.id OR m.older IS NOT NULL),
        array_agg(m.older) FILTER (WHERE m.older IS NOT NULL)
    INTO blocked, v_older
    FROM (
        SELECT j.row_id, j.id, b.job_id AS owner,
            CASE WHEN j.id = ANY (v_fresh) THEN (
                SELECT f.id FROM queue.jobs f
                WHERE f.tenant_id = j.tenant_id AND f.key = j.key AND f.place < j.id
                    AND (f.run_at IS NULL OR f.run_at = '-infinity')
                ORDER BY f.place LIMIT 1) END AS older
        FROM unnest(p_rows, p_tenants, p_keys, p_ids) AS j (row_id, tenant_id, key, id) LEFT JOIN LATERAL (
            SELECT y.job_id FROM queue.busy_keys y WHERE y.tenant_id = j.tenant_id AND y.key = j.key) b ON true
        WHERE j.key IS NOT NULL) m;
    aside := 0;
    IF blocked IS NULL THEN
        RETURN;
    END IF;

    -- A key whose front is an older job goes to that one, if it can be kept from vanishing meanwhile.
    IF v_older IS NOT NULL THEN
        WITH fronts AS MATERIALIZED (
            SELECT f.tenant_id, f.key, f.id FROM queue.jobs j CROSS JOIN LATERAL (
                SELECT o.* FROM queue.jobs o WHERE o.tenant_id = j.tenant_id AND o.id = ANY (v_older) AND o.key = j.key
                FOR SHARE SKIP LOCKED) f
            WHERE j.ctid = ANY (blocked)
        ), given AS (
            UPDATE queue.busy_keys y SET job_id = f.id FROM fronts f
            WHERE y.tenant_id = f.tenant_id AND y.key = f.key AND y.job_id = ANY (v_fresh)
        )
        UPDATE queue.jobs j SET aside = NULL, run_at = '-infinity' FROM fronts f
        WHERE j.tenant_id = f.tenant_id AND j.id = f.id AND j.aside = 'key';

        DELETE FROM queue.busy_keys y USING queue.jobs j
        WHERE j.ctid = ANY (blocked) AND y.tenant_id = j.tenant_id AND y.key = j.key AND y.job_id = j.id;
    END IF;

    WITH busy AS MATERIALIZED (
        SELECT b.tenant_id, b.key, k.first FROM (
            SELECT j.tenant_id, j.key, min(j.id) AS first FROM queue.jobs j WHERE j.ctid = ANY (blocked)
            GROUP BY j.tenant_id, j.key) k
        CROSS JOIN LATERAL (
            SELECT y.tenant_id, y.key FROM queue.busy_keys y WHERE y.tenant_id = k.tenant_id AND y.key = k.key
            FOR SHARE SKIP LOCKED) b
    ), gone AS (
        UPDATE queue.jobs j SET aside = 'key', run_at = NULL WHERE j.ctid = ANY (ARRAY(
            SELECT r.row_id FROM busy b CROSS JOIN LATERAL (
                -- More than were met, so that a long line does not stand before other keys for long.
                SELECT g.ctid AS row_id FROM queue.jobs g
                WHERE g.tenant_id = b.tenant_id AND g.key = b.key AND g.place >= b.first AND g.aside IS NULL
                    AND g.run_token IS NULL AND (g.run_at IS NULL OR g.ctid = ANY (blocked))
                ORDER BY g.place LIMIT 500 FOR UPDATE SKIP LOCKED) r))
        RETURNING 1
    )
    SELECT count(*) INTO aside FROM gone;
END $$;

-- Sets jobs aside that the caller has locked and that a hold covers, and returns them. The holds are locked, so
-- that whoever lifts one frees these jobs, too.
CREATE FUNCTION queue.set_aside_held(p_rows tid[], p_lane text) RETURNS tid[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_held tid[];
BEGIN
    SELECT array_agg(j.row_id) INTO v_held FROM (
        SELECT j.ctid AS row_id FROM queue.jobs j CROSS JOIN LATERAL (
            SELECT FROM queue.holds h
            WHERE h.tenant_id = j.tenant_id AND (h.connection_id IS NULL OR h.connection_id = j.connection_id)
                AND coalesce(h.lane, p_lane) = p_lane AND coalesce(h.kind, j.kind) = j.kind
                AND h.probe IS DISTINCT FROM j.id
            LIMIT 1 FOR KEY SHARE SKIP LOCKED) h
        WHERE j.ctid = ANY (p_rows)) j;
    UPDATE queue.jobs j SET aside = 'hold', run_at = NULL WHERE j.ctid = ANY (v_held);
    RETURN v_held;
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
            SELECT j.ctid AS row_id, j.lane, j.aside FROM queue.jobs j
            WHERE j.tenant_id = k.tenant_id AND j.key = k.key AND (j.run_at IS NULL OR j.run_at = '-infinity')
            ORDER BY j.place LIMIT 1) n
    ), freed AS (
        UPDATE queue.jobs j SET aside = NULL, run_at = '-infinity'
        WHERE j.ctid = ANY (ARRAY(SELECT n.row_id FROM next n WHERE n.aside = 'key'))
    )
    SELECT DISTINCT n.lane FROM next n WHERE n.aside IS DISTINCT FROM 'hold';
END $$;

-- Ends attempts. Outcomes: 'done' and 'cancelled' delete the job, 'dead' makes it a dead letter,
-- 'retry' and 'snooze' delay it until its `p_run_ats`, 'hand_back' makes it ready again; the last
-- two do not count the attempt. `p_blames` says which failures count against the job's connection;
-- `p_tickets`, which snoozed jobs have their turn at the rate limiter then.
--
-- Returns a verdict for the array places that were not taken: 'lost' when the run token is no longer the
-- job's (another run owns it, nothing was changed); 'busy' when the row is locked at this moment (ask
-- again). Rows without a place name lanes that have work now.
CREATE FUNCTION queue.ack(
    p_tenants uuid[], p_ids bigint[], p_tokens uuid[], p_outcomes text[], p_run_ats timestamptz[],
    p_errors text[], p_millis bigint[], p_blames boolean[], p_tickets boolean[], p_now timestamptz
) RETURNS TABLE (ordinal bigint, verdict text, lane text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_rows    tid[];
    v_places  bigint[];
    v_tenants uuid[];
    v_keys    text[];
    v_ids     bigint[];
    v_once    boolean;
    v_called  boolean;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the queue needs READ COMMITTED' USING ERRCODE = 'invalid_transaction_state';
    END IF;

    SELECT array_agg(h.row_id), array_agg(h.place), bool_or(h.connection_id IS NOT NULL),
        bool_or(h.idempotency_key IS NOT NULL)
    INTO v_rows, v_places, v_called, v_once
    FROM (
        -- Row by row: as a join, the planner may read the whole primary key once per ack.
        SELECT j.row_id, a.place, j.connection_id, j.idempotency_key
        FROM unnest(p_tenants, p_ids, p_tokens) WITH ORDINALITY AS a (tenant_id, id, token, place)
        CROSS JOIN LATERAL (
            SELECT r.ctid AS row_id, r.connection_id, r.idempotency_key FROM queue.jobs r
            WHERE r.tenant_id = a.tenant_id AND r.id = a.id AND r.run_token = a.token
            FOR UPDATE SKIP LOCKED) j) h;

    -- See 0007_queue_control.sql. Most of the time there is nothing to blame and nobody to clear.
    IF v_called AND (true = ANY (p_blames) OR EXISTS (SELECT FROM queue.breakers)) THEN
        PERFORM queue.judge_connections(v_rows, v_places, p_outcomes, p_blames, p_now);
    END IF;
    IF p_outcomes && ARRAY['retry', 'dead', 'cancelled'] THEN
        INSERT INTO queue.attempts (tenant_id, job_id, attempt, outcome, error, duration_ms)
        SELECT j.tenant_id, j.id, j.attempts, p_outcomes[h.place], p_errors[h.place], p_millis[h.place]
        FROM unnest(v_rows, v_places) AS h (row_id, place) JOIN queue.jobs j ON j.ctid = h.row_id
        WHERE p_outcomes[h.place] IN ('retry', 'dead', 'cancelled');

        INSERT INTO queue.dead_letters (tenant_id, id, lane, kind, priority, connection_id, attempts, key,
            idempotency_key, trace_id, enqueued_at, error, args)
        SELECT j.tenant_id, j.id, j.lane, j.kind, j.priority, j.connection_id, j.attempts, j.key,
            j.idempotency_key, j.trace_id, j.enqueued_at, p_errors[h.place], j.args
        FROM unnest(v_rows, v_places) AS h (row_id, place) JOIN queue.jobs j ON j.ctid = h.row_id
        WHERE p_outcomes[h.place] = 'dead';
    END IF;

    IF p_outcomes && ARRAY['retry', 'snooze', 'hand_back'] THEN
        UPDATE queue.jobs j SET
            run_at = CASE p_outcomes[h.place] WHEN 'hand_back' THEN '-infinity' ELSE p_run_ats[h.place] END,
            attempts = j.attempts - CASE p_outcomes[h.place] WHEN 'retry' THEN 0 ELSE 1 END,
            ticket = CASE p_outcomes[h.place] WHEN 'hand_back' THEN j.ticket ELSE coalesce(p_tickets[h.place], false) END,
            run_token = NULL, worker = NULL, claimed_at = NULL
        FROM unnest(v_rows, v_places) AS h (row_id, place)
        WHERE j.ctid = h.row_id AND p_outcomes[h.place] IN ('retry', 'snooze', 'hand_back');
    END IF;

    IF v_once THEN
        UPDATE queue.idempotency_keys i SET finished_at = clock_timestamp()
        FROM unnest(v_rows, v_places) AS h (row_id, place) JOIN queue.jobs j ON j.ctid = h.row_id
        WHERE p_outcomes[h.place] IN ('done', 'cancelled')
            AND i.tenant_id = j.tenant_id AND i.kind = j.kind AND i.key = j.idempotency_key;
    END IF;

    WITH gone AS (
        DELETE FROM queue.jobs j USING unnest(v_rows, v_places) AS h (row_id, place)
        WHERE j.ctid = h.row_id AND p_outcomes[h.place] IN ('done', 'cancelled', 'dead')
        RETURNING j.tenant_id, j.id, j.key
    )
    SELECT array_agg(g.tenant_id), array_agg(g.key), array_agg(g.id) INTO v_tenants, v_keys, v_ids
    FROM gone g WHERE g.key IS NOT NULL;

    IF v_ids IS NOT NULL THEN
        RETURN QUERY SELECT NULL::bigint, NULL::text, r FROM queue.end_of_keys(v_tenants, v_keys, v_ids) r;
    END IF;
    IF coalesce(cardinality(v_places), 0) < cardinality(p_ids) THEN
        RETURN QUERY
        SELECT a.place, CASE
            WHEN EXISTS (SELECT FROM queue.jobs j
                WHERE j.tenant_id = a.tenant_id AND j.id = a.id AND j.run_token = a.token) THEN 'busy'
            ELSE 'lost' END, NULL::text
        FROM unnest(p_tenants, p_ids, p_tokens) WITH ORDINALITY AS a (tenant_id, id, token, place)
        WHERE a.place <> ALL (coalesce(v_places, '{}'));
    END IF;
END $$;

-- These jobs have ended: what they had their keys for is over. Returns the lanes that have work now.
CREATE FUNCTION queue.end_of_keys(p_tenants uuid[], p_keys text[], p_ids bigint[]) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_tenants uuid[];
    v_keys    text[];
BEGIN
    WITH over AS (
        DELETE FROM queue.busy_keys y WHERE y.ctid = ANY (ARRAY(
            SELECT b.row_id FROM unnest(p_tenants, p_keys, p_ids) AS k (tenant_id, key, id) CROSS JOIN LATERAL (
                SELECT o.ctid AS row_id FROM queue.busy_keys o
                WHERE o.tenant_id = k.tenant_id AND o.key = k.key AND o.job_id = k.id FOR UPDATE) b))
        RETURNING y.tenant_id, y.key
    )
    SELECT array_agg(o.tenant_id), array_agg(o.key) INTO v_tenants, v_keys FROM over o;
    IF v_tenants IS NOT NULL THEN
        RETURN QUERY SELECT r FROM queue.release_keys(v_tenants, v_keys) r;
    END IF;
END $$;

-- A new worker, with its first lease.
CREATE FUNCTION queue.register(p_name text, p_lanes jsonb, p_kinds text[], p_lease interval) RETURNS integer
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO queue.workers (name, lanes, kinds, lease_until)
    VALUES (p_name, p_lanes, p_kinds, clock_timestamp() + p_lease) RETURNING id
$$;

-- Extends the lease of everything a worker runs. Not true: it was given up, and its jobs with it.
CREATE FUNCTION queue.heartbeat(p_worker integer, p_lease interval) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE queue.workers w SET lease_until = clock_timestamp() + p_lease WHERE w.id = p_worker AND w.dead_at IS NULL;
    RETURN FOUND;
END $$;

-- Ends a lease now. A worker that has handed back everything (`p_clean`) leaves nothing behind; what another one
-- still had is rescued.
CREATE FUNCTION queue.retire(p_worker integer, p_clean boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_clean THEN
        DELETE FROM queue.workers w WHERE w.id = p_worker;
    ELSE
        UPDATE queue.workers w SET lease_until = '-infinity' WHERE w.id = p_worker;
    END IF;
END $$;

-- Makes the jobs of workers whose lease has run out ready again; the attempt counts. The caller must
-- itself have reached the database without a gap for one lease: only then has every living worker had
-- the chance to extend its lease after an outage. Returns the lanes, with how many jobs each got back.
--
-- A claim that began before the lease ran out may commit after the look, and a transaction that a dead worker has left
-- open may keep a job: dead workers are looked at again for a minute.
CREATE FUNCTION queue.rescue(p_limit integer) RETURNS TABLE (lane text, jobs bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = on AS $$
#variable_conflict use_column
DECLARE
    v_dead  integer[];
    v_found bigint;
BEGIN
    SELECT array_agg(d.id) INTO v_dead FROM (
        SELECT w.id FROM queue.workers w WHERE w.lease_until < clock_timestamp() LIMIT 100 FOR UPDATE SKIP LOCKED) d;
    IF v_dead IS NULL THEN
        RETURN;
    END IF;
    UPDATE queue.workers w SET dead_at = coalesce(w.dead_at, clock_timestamp()),
        lease_until = clock_timestamp() + interval '2 s' WHERE w.id = ANY (v_dead);

    RETURN QUERY
    WITH rescued AS (
        UPDATE queue.jobs j SET run_token = NULL, worker = NULL, claimed_at = NULL, run_at = '-infinity'
        WHERE j.ctid = ANY (ARRAY(
            -- No index has the worker: it would have to be written at every claim. Workers die seldom.
            SELECT r.ctid FROM queue.jobs r WHERE r.worker = ANY (v_dead) LIMIT p_limit FOR UPDATE SKIP LOCKED))
        RETURNING j.tenant_id, j.id, j.attempts, j.lane
    ), recorded AS (
        INSERT INTO queue.attempts (tenant_id, job_id, attempt, outcome, error)
        SELECT r.tenant_id, r.id, r.attempts, 'lost', 'the lease ran out: its worker died or was cut off'
        FROM rescued r
    )
    SELECT r.lane, count(*) FROM rescued r GROUP BY r.lane;
    GET DIAGNOSTICS v_found = ROW_COUNT;
    IF v_found = 0 THEN
        DELETE FROM queue.workers w WHERE w.id = ANY (v_dead) AND w.dead_at < clock_timestamp() - interval '1 min';
    ELSE
        -- There may be more.
        UPDATE queue.workers w SET lease_until = clock_timestamp() WHERE w.id = ANY (v_dead);
    END IF;
END $$;

-- Makes jobs ready again that a living worker is said to run and does not: the answer to its claim was lost, or its ack
-- was forgotten in a crash of the database. `p_ids` and `p_tokens` are the runs that it knows of; claims of the last
-- `p_grace` may still be on their way to it. The attempt counts. Returns how many there were.
CREATE FUNCTION queue.reconcile(p_worker integer, p_ids bigint[], p_tokens uuid[], p_grace interval) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = on AS $$
DECLARE
    v_count bigint;
BEGIN
    WITH found AS (
        UPDATE queue.jobs j SET run_token = NULL, worker = NULL, claimed_at = NULL, run_at = '-infinity'
        WHERE j.ctid = ANY (ARRAY(
            SELECT r.ctid FROM queue.jobs r
            WHERE r.worker = p_worker AND r.claimed_at < clock_timestamp() - p_grace
                AND (r.id, r.run_token) NOT IN (SELECT h.id, h.token FROM unnest(p_ids, p_tokens) AS h (id, token))
            FOR UPDATE SKIP LOCKED))
        RETURNING j.tenant_id, j.id, j.attempts
    )
    INSERT INTO queue.attempts (tenant_id, job_id, attempt, outcome, error)
    SELECT f.tenant_id, f.id, f.attempts, 'lost', 'its worker does not know of it: an answer of the database was lost'
    FROM found f;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END $$;

-- Whether this run still owns its job. If so, nobody can take the job away before the caller's
-- transaction has ended: what the caller commits with it is done by at most one run. Therefore that commit
-- waits for the disk, also where others do not.
CREATE FUNCTION queue.fence(p_tenant uuid, p_id bigint, p_token uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM queue.jobs j
    WHERE j.tenant_id = p_tenant AND j.id = p_id AND j.run_token = p_token FOR SHARE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM set_config('synchronous_commit', 'on', true);
    RETURN true;
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

-- What a job is doing, in one word.
CREATE FUNCTION queue.state_of(run_token uuid, aside text, run_at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE
    WHEN run_token IS NOT NULL THEN 'running'
    WHEN aside = 'key' THEN 'parked'
    WHEN aside = 'hold' THEN 'held'
    WHEN run_at > '-infinity' THEN 'delayed'
    ELSE 'ready' END;

-- Figures per lane. Counts stop at `p_cap`, so that a deep queue does not make its own metrics slow.
-- The age is that of the oldest job that could start now.
CREATE FUNCTION queue.stats(p_cap integer) RETURNS TABLE (
    lane text, ready bigint, delayed bigint, parked bigint, held bigint, running bigint, dead_letters bigint,
    oldest_seconds double precision
)
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
    SELECT l.lane, coalesce(i.ready, 0) + coalesce(d.ready, 0), coalesce(d.delayed, 0),
        (SELECT count(*) FROM (SELECT FROM queue.jobs j WHERE j.lane = l.lane AND j.aside = 'key' LIMIT p_cap) c),
        (SELECT count(*) FROM (SELECT FROM queue.jobs j WHERE j.lane = l.lane AND j.aside = 'hold' LIMIT p_cap) c),
        coalesce(i.running, 0) + coalesce(d.running, 0),
        (SELECT count(*) FROM (SELECT FROM queue.dead_letters x WHERE x.lane = l.lane LIMIT p_cap) c),
        coalesce(extract(epoch FROM clock_timestamp() - least(i.oldest, d.oldest))::double precision, 0)
    FROM unnest(queue.lanes()) WITH ORDINALITY AS l (lane, place)
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE c.run_token IS NULL) AS ready, count(c.run_token) AS running,
            min(c.enqueued_at) FILTER (WHERE c.run_token IS NULL) AS oldest
        FROM (SELECT j.run_token, j.enqueued_at FROM queue.jobs j
            WHERE j.lane = l.lane AND j.run_at IS NULL AND j.aside IS NULL LIMIT p_cap) c) i
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE c.run_token IS NULL AND c.run_at = '-infinity') AS ready,
            count(c.run_token) AS running,
            count(*) FILTER (WHERE c.run_token IS NULL AND c.run_at > '-infinity') AS delayed,
            min(c.enqueued_at) FILTER (WHERE c.run_token IS NULL AND c.run_at = '-infinity') AS oldest
        FROM (SELECT j.run_token, j.enqueued_at, j.run_at FROM queue.jobs j
            WHERE j.lane = l.lane AND j.run_at IS NOT NULL AND j.aside IS NULL LIMIT p_cap) c) d
    ORDER BY l.place;
$$;

-- The jobs that have not ended, the oldest first, across tenants: for the operator and for tests.
CREATE FUNCTION queue.unfinished(p_limit integer) RETURNS TABLE (
    tenant_id uuid, id bigint, lane text, kind text, state text, attempts integer, run_at timestamptz, last_error text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT j.tenant_id, j.id, j.lane, j.kind, queue.state_of(j.run_token, j.aside, j.run_at), j.attempts,
        nullif(j.run_at, '-infinity'),
        (SELECT a.error FROM queue.attempts a
         WHERE a.tenant_id = j.tenant_id AND a.job_id = j.id ORDER BY a.n DESC LIMIT 1)
    FROM queue.jobs j ORDER BY j.id LIMIT p_limit;
$$;

-- The newest dead letters of all tenants, for the operator. Without arguments: what they say is the tenant's.
CREATE FUNCTION queue.newest_dead_letters(p_limit integer) RETURNS TABLE (
    tenant_id uuid, id bigint, lane text, kind text, attempts integer, died_at timestamptz, error text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.tenant_id, d.id, d.lane, d.kind, d.attempts, d.died_at, d.error
    FROM unnest(queue.lanes()) AS l (lane) CROSS JOIN LATERAL (
        SELECT * FROM queue.dead_letters d WHERE d.lane = l.lane ORDER BY d.died_at DESC LIMIT p_limit) d
    ORDER BY d.died_at DESC LIMIT p_limit;
$$;

-- Tenants see and store only what is theirs. Work across tenants is what the definer functions do.
-- Unlike `isolate_by_tenant`, this gives the app no rights: what it may do here is said table by table.
CREATE FUNCTION queue.isolate(tbl regclass) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tbl);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tbl);
    EXECUTE format('CREATE POLICY tenant ON %s TO signalbox_app
        USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant())', tbl);
    EXECUTE format('CREATE POLICY across_tenants ON %s TO signalbox_definer USING (true) WITH CHECK (true)', tbl);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO signalbox_definer', tbl);
END $$;

SELECT queue.isolate(t) FROM unnest(ARRAY['queue.jobs', 'queue.busy_keys', 'queue.holds', 'queue.idempotency_keys',
    'queue.attempts', 'queue.dead_letters']::regclass[]) t;

GRANT USAGE ON SCHEMA queue TO signalbox_app, signalbox_definer;
GRANT USAGE ON SEQUENCE queue.job_ids TO signalbox_app, signalbox_definer;
-- No tenant's business: only the definer functions see them.
GRANT SELECT, INSERT, UPDATE, DELETE ON queue.workers TO signalbox_definer;
-- The app stores jobs, reads what is its tenant's, and replays or discards dead letters. It cannot
-- change or delete a job: that goes through a run token.
GRANT SELECT, INSERT ON queue.jobs TO signalbox_app;
GRANT SELECT, INSERT, UPDATE (finished_at) ON queue.idempotency_keys TO signalbox_app;
GRANT SELECT ON queue.attempts, queue.busy_keys, queue.holds TO signalbox_app;
GRANT SELECT, DELETE ON queue.dead_letters TO signalbox_app;

-- A new owner must be allowed to create in the schema at the moment it becomes the owner.
GRANT CREATE ON SCHEMA queue TO signalbox_definer;
ALTER FUNCTION queue.claim OWNER TO signalbox_definer;
ALTER FUNCTION queue.ack OWNER TO signalbox_definer;
ALTER FUNCTION queue.register OWNER TO signalbox_definer;
ALTER FUNCTION queue.heartbeat OWNER TO signalbox_definer;
ALTER FUNCTION queue.retire OWNER TO signalbox_definer;
ALTER FUNCTION queue.rescue OWNER TO signalbox_definer;
ALTER FUNCTION queue.reconcile OWNER TO signalbox_definer;
ALTER FUNCTION queue.fence OWNER TO signalbox_definer;
ALTER FUNCTION queue.purge OWNER TO signalbox_definer;
ALTER FUNCTION queue.stats OWNER TO signalbox_definer;
ALTER FUNCTION queue.unfinished OWNER TO signalbox_definer;
ALTER FUNCTION queue.newest_dead_letters OWNER TO signalbox_definer;
REVOKE CREATE ON SCHEMA queue FROM signalbox_definer;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA queue FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.lanes, queue.push, queue.state_of TO signalbox_app, signalbox_definer;
GRANT EXECUTE ON FUNCTION queue.take_keys, queue.set_aside_held, queue.end_of_keys,
    queue.release_keys TO signalbox_definer;
GRANT EXECUTE ON FUNCTION queue.claim, queue.ack, queue.register, queue.heartbeat, queue.retire, queue.rescue,
    queue.reconcile, queue.fence, queue.purge, queue.stats, queue.unfinished, queue.newest_dead_letters TO signalbox_app;
