-- Schedules: at each slot of a cron expression, one job. What the slots are is computed by the worker
-- (`domain::cron`) and against its clock, so there is no `now()` here.
--
-- That a slot fires once, whoever looks and whatever crashes, rests on one transaction: it locks the
-- row, stores the jobs of the slots that are due, and moves `next_at` past them. Those who come
-- meanwhile skip the row; those who come later find it moved. Each job carries its slot in its
-- idempotency key besides.
CREATE TABLE queue.schedules (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    -- What is copied into indexes of jobs has a length there: too long a key must fail here, for its
    -- author, and not at the slot, for everyone whose schedule is due at the same time.
    name       text        NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 200),
    expression text        NOT NULL,
    zone       text        NOT NULL,
    -- Of slots that nobody was there to fire: none, one job for all of them, or a job for each.
    catch_up   text        NOT NULL CHECK (catch_up IN ('skip', 'once', 'all')),
    lane       text        NOT NULL CHECK (lane IN ('live', 'automation', 'notify', 'timers', 'bulk')),
    kind       text        NOT NULL CHECK (octet_length(kind) BETWEEN 1 AND 200),
    args       jsonb       NOT NULL,
    key        text        CHECK (octet_length(key) <= 1000),
    enabled    boolean     NOT NULL,
    -- Why it was switched off by the worker that could not read it.
    problem    text,
    -- The first slot that has not been fired.
    next_at    timestamptz,
    last_at    timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT schedules_name UNIQUE (tenant_id, name),
    CHECK (enabled = (next_at IS NOT NULL))
);
-- Whose slot comes first, of all tenants.
CREATE INDEX schedules_due ON queue.schedules (next_at) WHERE next_at IS NOT NULL;

-- When the next slot of any schedule is due.
CREATE FUNCTION queue.next_schedule() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.next_at FROM queue.schedules s WHERE s.next_at IS NOT NULL ORDER BY s.next_at LIMIT 1;
$$;

-- Locks schedules that are due, the most overdue first, for the caller's transaction; those that another one
-- has are passed over, as are the caller's `p_passed`.
CREATE FUNCTION queue.due_schedules(p_now timestamptz, p_passed uuid[], p_limit integer) RETURNS TABLE (
    tenant_id uuid, id uuid, expression text, zone text, catch_up text, lane text, next_at timestamptz
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the queue needs READ COMMITTED' USING ERRCODE = 'invalid_transaction_state';
    END IF;
    RETURN QUERY
    SELECT s.tenant_id, s.id, s.expression, s.zone, s.catch_up, s.lane, s.next_at FROM queue.schedules s
    WHERE s.next_at <= p_now AND s.id <> ALL (p_passed)
    ORDER BY s.next_at LIMIT p_limit FOR UPDATE SKIP LOCKED;
END $$;

-- Stores the jobs of slots and moves the schedules on. The caller's transaction has them locked. A plan is
-- `{tenant_id, id, slots, last_at, next_at, problem}`, with the slots as they are to stand in the jobs; one without
-- `next_at` switches its schedule off. So is a schedule whose jobs are refused: it would be due for ever, and would hold
-- up all that share its transaction. Returns for each plan, in their order, how many jobs were stored, and why it was
-- switched off.
CREATE FUNCTION queue.fire_schedules(p_plans jsonb) RETURNS TABLE (jobs bigint, problem text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_plan     record;
    v_schedule queue.schedules;
    v_slot     text;
    v_job      queue.new_job;
    v_jobs     queue.new_job[];
    v_problem  text;
BEGIN
    -- The caller's connection may be one that does not wait for the disk. A slot that was forgotten after its job had
    -- run would fire again.
    PERFORM set_config('synchronous_commit', 'on', true);

    FOR v_plan IN
        SELECT (p.item->>'tenant_id')::uuid AS tenant_id, (p.item->>'id')::uuid AS id, p.item->'slots' AS slots,
            (p.item->>'last_at')::timestamptz AS last_at, (p.item->>'next_at')::timestamptz AS next_at,
            p.item->>'problem' AS problem
        FROM jsonb_array_elements(p_plans) WITH ORDINALITY AS p (item, place) ORDER BY p.place
    LOOP
        jobs := 0;
        v_problem := left(v_plan.problem, 500);
        UPDATE queue.schedules s SET
            enabled = v_plan.next_at IS NOT NULL, next_at = v_plan.next_at,
            last_at = coalesce(v_plan.last_at, s.last_at), problem = v_problem
        WHERE s.tenant_id = v_plan.tenant_id AND s.id = v_plan.id
        RETURNING s.* INTO STRICT v_schedule;

        v_jobs := '{}';
        FOR v_slot IN SELECT jsonb_array_elements_text(v_plan.slots) LOOP
            -- Field by field: whatever else a job may say is left unsaid.
            v_job.tenant_id := v_schedule.tenant_id;
            v_job.lane := v_schedule.lane;
            v_job.kind := v_schedule.kind;
            v_job.args := CASE jsonb_typeof(v_schedule.args)
                WHEN 'object' THEN v_schedule.args || jsonb_build_object('slot', v_slot)
                ELSE v_schedule.args END;
            v_job.key := v_schedule.key;
            v_job.idempotency_key := format('schedule:%s:%s', v_schedule.id, v_slot);
            v_jobs := array_append(v_jobs, v_job);
        END LOOP;

        IF cardinality(v_jobs) > 0 THEN
            BEGIN
                SELECT count(*) INTO jobs FROM queue.push(v_jobs);
            -- What would be refused again. Anything else, such as a deadlock, is the whole transaction's end.
            EXCEPTION WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded THEN
                v_problem := left('its job was refused: ' || SQLERRM, 500);
                UPDATE queue.schedules s SET enabled = false, next_at = NULL, problem = v_problem
                WHERE s.tenant_id = v_plan.tenant_id AND s.id = v_plan.id;
            END;
        END IF;
        problem := v_problem;
        RETURN NEXT;
    END LOOP;
END $$;

ALTER TABLE queue.schedules ENABLE ROW LEVEL SECURITY;
ALTER TABLE queue.schedules FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON queue.schedules TO signalbox_app
    USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());
CREATE POLICY across_tenants ON queue.schedules TO signalbox_definer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON queue.schedules TO signalbox_app;
GRANT SELECT, UPDATE ON queue.schedules TO signalbox_definer;

GRANT CREATE ON SCHEMA queue TO signalbox_definer;
ALTER FUNCTION queue.next_schedule OWNER TO signalbox_definer;
ALTER FUNCTION queue.due_schedules OWNER TO signalbox_definer;
ALTER FUNCTION queue.fire_schedules OWNER TO signalbox_definer;
REVOKE CREATE ON SCHEMA queue FROM signalbox_definer;

REVOKE EXECUTE ON FUNCTION queue.next_schedule, queue.due_schedules, queue.fire_schedules FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.next_schedule, queue.due_schedules, queue.fire_schedules TO signalbox_app;
