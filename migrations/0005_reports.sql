-- How far a message has come. Reports of this are three of every four webhooks, so what one entails is a single
-- statement and not a conversation with the database. These functions run with the caller's rights: row-level security
-- holds in them as everywhere.

-- Appends events, and a job for each that an enabled rule waits for. Returns whether there was such a one.
-- With `ask_rules` off nobody is asked: a chain of events that rules caused ends there.
CREATE FUNCTION append_events(
    tenant uuid, ids uuid[], kinds text[], conversations uuid[], seqs bigint[], contacts uuid[], actors jsonb[],
    details jsonb[], causes uuid[], depths smallint[], trace text, at timestamptz, ask_rules boolean
) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    jobs queue.new_job[];
BEGIN
    INSERT INTO events (tenant_id, id, kind, conversation_id, seq, contact_id, actor, data, causation_id, depth,
                        trace_id, occurred_at)
    SELECT tenant, e.id, e.kind, e.conversation, e.seq, e.contact, e.actor, e.data, e.cause, e.depth, trace, at
      FROM unnest(ids, kinds, conversations, seqs, contacts, actors, details, causes, depths)
        AS e (id, kind, conversation, seq, contact, actor, data, cause, depth);
    IF NOT ask_rules THEN
        RETURN false;
    END IF;
    SELECT array_agg(ROW(tenant, 'automation', 'evaluate-rules',
                         jsonb_build_object('tenant_id', tenant, 'event_id', e.id, 'conversation_id', e.conversation),
                         'rules:' || e.conversation, NULL, NULL, trace)::queue.new_job ORDER BY e.place)
      INTO jobs
      FROM unnest(ids, kinds, conversations) WITH ORDINALITY AS e (id, kind, conversation, place)
     WHERE EXISTS (SELECT FROM rules r WHERE r.tenant_id = tenant AND r.event_kind = e.kind AND r.enabled);
    IF jobs IS NULL THEN
        RETURN false;
    END IF;
    PERFORM queue.push(jobs);
    RETURN true;
END $$;
GRANT EXECUTE ON FUNCTION append_events TO signalbox_app;

-- Moves an outbound message to `target` if it stands at one of `earlier`, with the event that says so.
--
-- The message is found by the provider's id, or by ours (`wanted`): a send that was never answered has no id of the
-- provider yet, and one that a person had sent again has two. An id of the provider that was not known is noted, even
-- if the message has come further already. `early` is kept for a message that is not known yet. With `processed` that
-- delivery is done. Sets the tenant itself, so that the whole of it is one round trip.
--
-- `known`: there is such a message; `moved`: it was not as far before; `asked`: rules have a job; `overtaken`: reports
-- under its provider's id came before the id was known, and wait to be applied.
CREATE FUNCTION report_message(
    tenant uuid, connection uuid, external text, wanted uuid, target text, earlier text[], failure jsonb,
    opts_out boolean, event uuid, actor jsonb, details jsonb, trace text, at timestamptz,
    early_kind text, early jsonb, processed uuid,
    OUT known boolean, OUT moved boolean, OUT asked boolean, OUT overtaken boolean
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    message record;
    contact uuid;
    number  bigint;
BEGIN
    PERFORM set_config('signalbox.tenant', tenant::text, true);
    moved := false;
    asked := false;
    overtaken := false;
    SELECT m.id, m.conversation_id, m.status, m.external_id INTO message FROM messages m
     WHERE m.tenant_id = tenant AND m.connection_id = connection AND m.external_id = external AND m.direction = 'outbound';
    IF NOT FOUND AND wanted IS NOT NULL THEN
        SELECT m.id, m.conversation_id, m.status, m.external_id INTO message FROM messages m
         WHERE m.tenant_id = tenant AND m.id = wanted AND m.connection_id = connection AND m.direction = 'outbound';
    END IF;
    known := message.id IS NOT NULL;

    IF NOT known AND early IS NOT NULL THEN
        INSERT INTO early_updates (tenant_id, connection_id, external_id, kind, data, received_at)
        VALUES (tenant, connection, external, early_kind, early, at) ON CONFLICT DO NOTHING;
    ELSIF known AND (message.status = ANY (earlier) OR message.external_id IS NULL) THEN
        -- The conversation first, as everywhere: who locks the message first could wait for the one who waits for it.
        SELECT v.contact_id INTO contact FROM conversations v
         WHERE v.tenant_id = tenant AND v.id = message.conversation_id FOR UPDATE;
        SELECT m.status, m.external_id INTO message.status, message.external_id FROM messages m
         WHERE m.tenant_id = tenant AND m.id = message.id;
        moved := message.status = ANY (earlier);
        UPDATE messages m SET external_id = coalesce(m.external_id, external),
                              status = CASE WHEN moved THEN target ELSE m.status END,
                              error = CASE WHEN moved THEN failure ELSE m.error END
         WHERE m.tenant_id = tenant AND m.id = message.id AND (moved OR m.external_id IS NULL);
        overtaken := message.external_id IS NULL AND external IS NOT NULL AND EXISTS (
            SELECT FROM early_updates e
             WHERE e.tenant_id = tenant AND e.connection_id = connection AND e.external_id = external);
    END IF;

    IF moved THEN
        UPDATE conversations v SET event_seq = v.event_seq + 1
         WHERE v.tenant_id = tenant AND v.id = message.conversation_id RETURNING v.event_seq INTO number;
        asked := append_events(
            tenant, ARRAY[event], ARRAY['message.status_changed'], ARRAY[message.conversation_id], ARRAY[number],
            ARRAY[contact], ARRAY[actor],
            ARRAY[details || jsonb_build_object('message_id', message.id, 'from', message.status, 'to', target)],
            ARRAY[NULL::uuid], ARRAY[0::smallint], trace, at, true);
        IF opts_out THEN
            UPDATE contacts c SET opted_out_at = at, version = c.version + 1, updated_at = at
             WHERE c.tenant_id = tenant AND c.id = contact;
        END IF;
    END IF;

    IF processed IS NOT NULL THEN
        UPDATE deliveries d SET outcome = 'processed', reason = NULL, processed_at = at
         WHERE d.tenant_id = tenant AND d.id = processed;
    END IF;
END $$;
GRANT EXECUTE ON FUNCTION report_message TO signalbox_app;
