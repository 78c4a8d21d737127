-- Events, whom they concern, and reports of how far a message has come. Such reports are three of every four webhooks, so
-- several are applied by one statement. These functions run with the caller's rights: row-level security holds in them
-- as everywhere.

-- Stores a job for each event that an enabled rule waits for. Returns whether there was such a one.
CREATE FUNCTION ask_rules(
    tenant uuid, ids uuid[], kinds text[], conversations uuid[], details jsonb[], traces text[]
) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO queue.jobs (tenant_id, lane, kind, args, key, trace_id)
    SELECT tenant, 'automation', 'evaluate-rules',
           jsonb_build_object('tenant_id', tenant, 'event_id', e.id, 'conversation_id', e.conversation),
           'rules:' || e.conversation, e.trace
      FROM unnest(ids, kinds, conversations, details, traces) WITH ORDINALITY
        AS e (id, kind, conversation, data, trace, place)
     WHERE EXISTS (SELECT FROM rules r WHERE r.tenant_id = tenant AND r.event_kind = e.kind AND r.enabled
                      AND e.data @> r.event_data)
     ORDER BY e.place;
    RETURN FOUND;
END $$;

-- Appends the events of one change and asks the rules about them, unless `asking` is off: a chain of events that rules
-- caused ends there. Returns whether a rule was asked.
CREATE FUNCTION append_events(
    tenant uuid, ids uuid[], kinds text[], conversations uuid[], seqs bigint[], contacts uuid[], actors jsonb[],
    details jsonb[], causes uuid[], depths smallint[], traces text[], at timestamptz, asking boolean
) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO events (tenant_id, id, kind, conversation_id, seq, contact_id, actor, data, causation_id, depth,
                        trace_id, occurred_at)
    SELECT tenant, e.id, e.kind, e.conversation, e.seq, e.contact, e.actor, e.data, e.cause, e.depth, e.trace, at
      FROM unnest(ids, kinds, conversations, seqs, contacts, actors, details, causes, depths, traces)
        AS e (id, kind, conversation, seq, contact, actor, data, cause, depth, trace);
    RETURN asking AND ask_rules(tenant, ids, kinds, conversations, details, traces);
END $$;

-- Applies reports about outbound messages: each moves its message to `target` if it stands at one of `earlier`, with the
-- event that says so. Sets the tenant itself, so that the whole of it is one round trip and a transaction of its own.
--
-- A message is found by the provider's id, or by ours (`wanted`): a send that was never answered has no id of the
-- provider yet, and one that a person had sent again has two. An id of the provider that was not known is noted, even
-- if the message has come further already. `early` is kept for a message that is not known yet. The delivery
-- `processed` is done.
--
-- Returns a row per report. `known`: there is such a message; `moved`: it was not as far before; `asked`: rules have a
-- job; `overtaken`: reports under its provider's id came before the id was known, and wait to be applied; `again`: an
-- earlier report of the call is about the same message, and this one has to be made once more.
CREATE FUNCTION report_messages(tenant uuid, reports jsonb, at timestamptz)
    RETURNS TABLE (place integer, known boolean, moved boolean, asked boolean, overtaken boolean, again boolean)
LANGUAGE plpgsql VOLATILE
-- A handful of rows, each looked up by its key: no other plan is ever good, whatever the statistics say.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    -- By place: the message that the report is about.
    messages_found uuid[];
    rules_wait     boolean;
BEGIN
    PERFORM set_config('signalbox.tenant', tenant::text, true);
    messages_found := ARRAY(
        SELECT coalesce(
            (SELECT m.id FROM messages m WHERE m.tenant_id = tenant AND m.connection_id = r.connection
                AND m.external_id = r.external AND m.direction = 'outbound'),
            (SELECT m.id FROM messages m WHERE m.tenant_id = tenant AND m.id = r.wanted
                AND m.connection_id = r.connection AND m.direction = 'outbound'))
          FROM jsonb_to_recordset(reports) AS r (place integer, connection uuid, external text, wanted uuid)
         ORDER BY r.place);
    rules_wait := EXISTS (
        SELECT FROM rules r WHERE r.tenant_id = tenant AND r.event_kind = 'message.status_changed' AND r.enabled);

    -- The conversations first, as everywhere: who locks the message first could wait for the one who waits for it. And
    -- in one order, so that two calls cannot wait for each other.
    PERFORM FROM (
        SELECT DISTINCT m.conversation_id AS id
          FROM unnest(messages_found) AS found (id)
         CROSS JOIN LATERAL (
               SELECT m.conversation_id FROM messages m WHERE m.tenant_id = tenant AND m.id = found.id OFFSET 0) m
         ORDER BY id) wanted
     CROSS JOIN LATERAL (SELECT FROM conversations v WHERE v.tenant_id = tenant AND v.id = wanted.id FOR UPDATE) locked;

    RETURN QUERY
    WITH input AS MATERIALIZED (
        SELECT r.*, messages_found[r.place] AS message_id,
               (SELECT d.ctid FROM deliveries d WHERE d.tenant_id = tenant AND d.id = r.processed) AS delivery_row
          FROM jsonb_to_recordset(reports) AS r (
              place integer, connection uuid, external text, wanted uuid, target text, earlier text[], failure jsonb,
              opts_out boolean, event uuid, actor jsonb, details jsonb, trace text, early_kind text, early jsonb,
              processed uuid)
    ), hit AS MATERIALIZED (
        -- Row by row: the planner does not know how few there are, and may read all of a tenant's messages instead.
        SELECT i.*, m.*, v.*, m.status = ANY (i.earlier) AS moves,
               m.external_id IS NULL AND i.external IS NOT NULL AS named,
               row_number() OVER (PARTITION BY i.message_id ORDER BY i.place) AS turn
          FROM input i
         CROSS JOIN LATERAL (
               SELECT m.ctid AS message_row, m.conversation_id, m.status, m.external_id FROM messages m
                WHERE m.tenant_id = tenant AND m.id = i.message_id OFFSET 0) m
         CROSS JOIN LATERAL (
               SELECT v.ctid AS conversation_row, v.contact_id, v.event_seq FROM conversations v
                WHERE v.tenant_id = tenant AND v.id = m.conversation_id OFFSET 0) v
    ), step AS MATERIALIZED (
        SELECT h.*, h.event_seq + row_number() OVER (PARTITION BY h.conversation_id ORDER BY h.place) AS seq
          FROM hit h WHERE h.turn = 1 AND h.moves
    ), changed AS (
        UPDATE messages m SET external_id = coalesce(m.external_id, h.external),
                              status = CASE WHEN h.moves THEN h.target ELSE m.status END,
                              error = CASE WHEN h.moves THEN h.failure ELSE m.error END
          FROM hit h WHERE m.ctid = h.message_row AND h.turn = 1 AND (h.moves OR h.named)
    ), numbered AS (
        UPDATE conversations v SET event_seq = s.seq
          FROM (SELECT conversation_row, max(seq) AS seq FROM step GROUP BY conversation_row) s
         WHERE v.ctid = s.conversation_row
    ), logged AS (
        INSERT INTO events (tenant_id, id, kind, conversation_id, seq, contact_id, actor, data, trace_id, occurred_at)
        SELECT tenant, s.event, 'message.status_changed', s.conversation_id, s.seq, s.contact_id, s.actor,
               s.details || jsonb_build_object('message_id', s.message_id, 'from', s.status, 'to', s.target), s.trace, at
          FROM step s
    ), opted_out AS (
        UPDATE contacts c SET opted_out_at = at, version = c.version + 1, updated_at = at
         WHERE c.ctid = ANY (ARRAY(
               SELECT (SELECT x.ctid FROM contacts x WHERE x.tenant_id = tenant AND x.id = s.contact_id)
                 FROM step s WHERE s.opts_out))
    ), kept AS (
        INSERT INTO early_updates (tenant_id, connection_id, external_id, kind, data, received_at)
        SELECT tenant, i.connection, i.external, i.early_kind, i.early, at
          FROM input i WHERE i.message_id IS NULL AND i.early IS NOT NULL
        ON CONFLICT DO NOTHING
    ), done AS (
        UPDATE deliveries d SET outcome = 'processed', reason = NULL, processed_at = at
          FROM input i
         WHERE d.ctid = i.delivery_row
           AND NOT EXISTS (SELECT FROM hit h WHERE h.place = i.place AND h.turn > 1)
    )
    SELECT i.place, i.message_id IS NOT NULL, coalesce(h.turn = 1 AND h.moves, false),
           coalesce(h.turn = 1 AND h.moves, false) AND rules_wait,
           coalesce(h.named, false) AND EXISTS (
               SELECT FROM early_updates e
                WHERE e.tenant_id = tenant AND e.connection_id = i.connection AND e.external_id = i.external),
           coalesce(h.turn > 1, false)
      FROM input i LEFT JOIN hit h ON h.place = i.place;

    IF rules_wait THEN
        PERFORM ask_rules(tenant, array_agg(e.id), array_agg(e.kind),
                          array_agg(e.conversation_id),
                          array_agg(e.data), array_agg(e.trace_id))
           FROM (SELECT e.* FROM jsonb_to_recordset(reports) AS r (event uuid)
                   JOIN events e ON e.tenant_id = tenant AND e.id = r.event
                  ORDER BY e.conversation_id, e.seq) e;
    END IF;
END $$;
GRANT EXECUTE ON FUNCTION ask_rules, append_events, report_messages TO signalbox_app;
