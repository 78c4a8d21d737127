-- The order of events in the streams of a tenant. See docs/realtime.md and docs/adr/0033.
SET LOCAL lock_timeout = '1s';

-- One row for each event and stream that tells it: the inbox of the tenant, or what concerns one person. It is written
-- with the event, and gets its number once the event is committed: the numbers are in an order that nothing is inserted
-- into afterwards. (A conversation numbers its own events under its lock, and has no rows here.)
CREATE TABLE stream_entries (
    tenant_id uuid NOT NULL REFERENCES tenants,
    -- In the order of the appends; of one conversation, that of its events.
    place     bigint GENERATED ALWAYS AS IDENTITY,
    event_id  uuid NOT NULL,
    -- Whose stream; NULL: the inbox.
    user_id   uuid,
    at        timestamptz NOT NULL,
    seq       bigint
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX stream_entries_unsettled ON stream_entries (place) WHERE seq IS NULL;
CREATE UNIQUE INDEX stream_entries_settled ON stream_entries (tenant_id, seq) WHERE seq IS NOT NULL;
SELECT isolate_by_tenant('stream_entries');
REVOKE UPDATE, DELETE ON stream_entries FROM signalbox_app;

CREATE TABLE stream_heads (
    tenant_id uuid PRIMARY KEY REFERENCES tenants,
    -- The last number.
    seq       bigint NOT NULL,
    -- The last number that is forgotten.
    forgotten bigint NOT NULL DEFAULT 0
);
SELECT isolate_by_tenant('stream_heads');
REVOKE INSERT, UPDATE, DELETE ON stream_heads FROM signalbox_app;

-- Appends the events of one change as `append_events` does, with the streams that tell them: `told[i]` in the stream of
-- `readers[i]`, or in the inbox.
CREATE FUNCTION append_events_told(
    tenant uuid, ids uuid[], kinds text[], conversations uuid[], seqs bigint[], contacts uuid[], actors jsonb[],
    details jsonb[], causes uuid[], depths smallint[], traces text[], at timestamptz, asking boolean,
    told uuid[], readers uuid[]
) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO stream_entries (tenant_id, event_id, user_id, at)
    SELECT tenant, e.event, e.reader, append_events_told.at
      FROM unnest(told, readers) WITH ORDINALITY AS e (event, reader, place) ORDER BY e.place;
    RETURN append_events(tenant, ids, kinds, conversations, seqs, contacts, actors, details, causes, depths, traces, at,
                         asking);
END $$;
GRANT EXECUTE ON FUNCTION append_events_told TO signalbox_app;

-- Numbers what is committed and has no number yet, at most `at_most` rows, and tells every process. Whoever calls it waits
-- for the others who do: what was committed before the call has its number after it. Returns how many there were.
CREATE FUNCTION settle_streams(at_most integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    settled integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('signalbox.settle_streams', 0));
    -- Beyond the lock, in a statement of its own, so that it sees what the one before has committed.
    WITH fresh AS MATERIALIZED (
        SELECT e.ctid AS entry_row, e.tenant_id, row_number() OVER (PARTITION BY e.tenant_id ORDER BY e.place) AS turn
          FROM stream_entries e WHERE e.seq IS NULL ORDER BY e.place LIMIT at_most
    ), head AS (
        INSERT INTO stream_heads AS h (tenant_id, seq)
        SELECT f.tenant_id, count(*) FROM fresh f GROUP BY f.tenant_id
        ON CONFLICT (tenant_id) DO UPDATE SET seq = h.seq + excluded.seq
        RETURNING h.tenant_id, h.seq
    ), counted AS (
        SELECT f.tenant_id, count(*) AS fresh FROM fresh f GROUP BY f.tenant_id
    ), numbered AS (
        UPDATE stream_entries e SET seq = h.seq - c.fresh + f.turn
          FROM fresh f, head h, counted c
         WHERE e.ctid = f.entry_row AND h.tenant_id = f.tenant_id AND c.tenant_id = f.tenant_id
    ), said AS (
        SELECT pg_notify('signalbox_realtime', 'o ' || h.tenant_id || ' ' || h.seq) FROM head h
    )
    SELECT (SELECT count(*) FROM fresh) + 0 * (SELECT count(*) FROM said) INTO settled;
    RETURN settled;
END $$;
SELECT grant_to_app('settle_streams(integer)');

-- Tells every process what was committed: `conversations[i]` of `tenants[i]` has new events, or else the conversation of
-- the event `reports[i]`. With `settling`, there are events in other streams as well.
CREATE FUNCTION announce_events(tenants uuid[], conversations uuid[], reports uuid[], settling boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- What is told now must not be forgotten by a crash of the database, as the last commits of workers can be: this one
    -- waits for the disk, and with it all that were before.
    PERFORM set_config('synchronous_commit', 'on', true), pg_current_xact_id();
    PERFORM pg_notify('signalbox_realtime', 'c ' || told.tenant || ' ' || string_agg(told.conversation::text, ','))
       FROM (SELECT c.tenant, c.conversation, row_number() OVER (PARTITION BY c.tenant) / 150 AS page
               FROM (SELECT DISTINCT i.tenant,
                            coalesce(i.conversation,
                                     (SELECT e.conversation_id FROM events e
                                       WHERE e.tenant_id = i.tenant AND e.id = i.report)) AS conversation
                       FROM unnest(tenants, conversations, reports) AS i (tenant, conversation, report)) c
              WHERE c.conversation IS NOT NULL) told
      GROUP BY told.tenant, told.page;
    IF settling THEN
        PERFORM settle_streams(10000);
    END IF;
END $$;
SELECT grant_to_app('announce_events(uuid[], uuid[], uuid[], boolean)');

-- Forgets settled entries from before `before`, at most `at_most` of each tenant. How many went.
CREATE FUNCTION purge_stream_entries(before timestamptz, at_most integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone bigint := 0;
    head record;
    upto bigint;
BEGIN
    FOR head IN SELECT h.tenant_id FROM stream_heads h ORDER BY h.tenant_id LOOP
        -- Numbers are in the order of time but for the moment that a transaction takes.
        SELECT max(e.seq) INTO upto
          FROM (SELECT o.seq, o.at FROM stream_entries o
                 WHERE o.tenant_id = head.tenant_id AND o.seq IS NOT NULL ORDER BY o.seq LIMIT at_most) e
         WHERE e.at < before;
        CONTINUE WHEN upto IS NULL;
        UPDATE stream_heads h SET forgotten = upto WHERE h.tenant_id = head.tenant_id;
        WITH went AS (
            DELETE FROM stream_entries e WHERE e.tenant_id = head.tenant_id AND e.seq <= upto RETURNING 1)
        SELECT gone + count(*) INTO gone FROM went;
    END LOOP;
    RETURN gone;
END $$;
SELECT grant_to_app('purge_stream_entries(timestamptz, integer)');

-- Names the telling of a log: a database that was put back from a copy, or took over from another one, may tell the same
-- numbers of other events.
CREATE FUNCTION stream_epoch() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT left(md5(concat(current_tenant(), s.system_identifier, c.timeline_id)), 8)
      FROM pg_control_system() s, pg_control_checkpoint() c
$$;
SELECT grant_to_app('stream_epoch()');

-- Whether something waits for its number: whoever committed it may have died before asking for it.
CREATE FUNCTION streams_unsettled() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM stream_entries e WHERE e.seq IS NULL)
$$;
SELECT grant_to_app('streams_unsettled()');
