-- What plugins are asked to do, and what they ask their providers for (ADR 0018).

-- References to tables in use.
SET LOCAL lock_timeout = '1s';

---------------------------------------------------------------------------------------------------------------------
-- Actions

-- One action of a plugin that a rule or a person has asked for.
CREATE TABLE action_runs (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    connection_id   uuid NOT NULL,
    action          text NOT NULL,
    input           jsonb NOT NULL,
    -- What asked for it, such as `rule:event:action`: the same origin asks for nothing twice.
    origin_key      text NOT NULL,
    -- The run of the rule that asked, and the place of the action among the rule's.
    rule_run_id     uuid,
    place           smallint,
    conversation_id uuid,
    asked_by        jsonb NOT NULL,
    outcome         text NOT NULL DEFAULT 'waiting' CHECK (outcome IN ('waiting', 'done', 'failed')),
    output          jsonb,
    error           jsonb,
    -- Of a draft: what names it to the action that carries it out.
    draft_token     text,
    asked_at        timestamptz NOT NULL,
    done_at         timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, origin_key),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
);
CREATE INDEX action_runs_of_rules ON action_runs (tenant_id, rule_run_id) WHERE rule_run_id IS NOT NULL;
CREATE INDEX action_runs_drafts ON action_runs (tenant_id, connection_id, draft_token) WHERE draft_token IS NOT NULL;
CREATE INDEX action_runs_age ON action_runs (asked_at);
SELECT isolate_by_tenant('action_runs');

-- Forgets actions that were asked for before then, of all tenants, at most so many.
CREATE FUNCTION purge_action_runs(asked_before timestamptz, at_most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM action_runs WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM action_runs WHERE asked_at < asked_before LIMIT at_most)) RETURNING 1
    )
    SELECT count(*) FROM gone
$$;
SELECT grant_to_app('purge_action_runs(timestamptz, integer)');

---------------------------------------------------------------------------------------------------------------------
-- Polls

-- One trigger of one connection: where it goes on, and which job does.
CREATE TABLE plugin_polls (
    tenant_id     uuid NOT NULL,
    connection_id uuid NOT NULL,
    name          text NOT NULL,
    cursor        text,
    -- Counts the polls. A job polls in its round only, so that of two chains of jobs one ends.
    round         bigint NOT NULL,
    -- When the job of this round is to run; NULL: there is none.
    due_at        timestamptz,
    polled_at     timestamptz,
    problem       text,
    since         timestamptz,
    PRIMARY KEY (tenant_id, connection_id, name),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE,
    CHECK ((problem IS NULL) = (since IS NULL))
);
SELECT isolate_by_tenant('plugin_polls');

-- Active connections, of all tenants, with a trigger whose poll has no job, or should have run before then.
CREATE FUNCTION unpolled_connections(overdue_before timestamptz, at_most integer)
    RETURNS TABLE (tenant_id uuid, connection_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.tenant_id, c.id
      FROM connections c
      JOIN plugin_versions v ON v.plugin_id = c.plugin_id AND v.version = c.plugin_version
     WHERE v.interfaces ? 'triggers' AND c.status = 'active' AND c.deleted_at IS NULL
       AND EXISTS (
           SELECT FROM jsonb_array_elements(v.manifest -> 'triggers') AS t (trigger)
             LEFT JOIN plugin_polls p
               ON p.tenant_id = c.tenant_id AND p.connection_id = c.id AND p.name = t.trigger ->> 'name'
            WHERE p.due_at IS NULL OR p.due_at < overdue_before)
     LIMIT at_most
$$;
SELECT grant_to_app('unpolled_connections(timestamptz, integer)');
