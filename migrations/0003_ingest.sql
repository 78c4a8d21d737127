-- Accepting webhooks. A request arrives before anybody knows whose it is, and many are stored in one statement, so
-- these functions cross tenants; the tenant of each row comes from the connection that the endpoint's accounts name.

-- Stores deliveries and their jobs. Repeated ones (same connection, same dedupe key) are skipped.
-- Returns the ids that were stored.
CREATE FUNCTION accept_deliveries(
    tenants uuid[], ids uuid[], connections uuid[], endpoints uuid[], dedupe_keys text[], methods text[],
    queries text[], all_headers jsonb[], bodies bytea[], partials boolean[], traces text[], queue_keys text[],
    received timestamptz[]
) RETURNS SETOF uuid
-- plpgsql keeps its plans from call to call, which a function in SQL does not; and it is told to keep them even though
-- a plan for an array of known length always looks cheaper.
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH fresh AS (
        INSERT INTO deliveries (tenant_id, id, connection_id, endpoint_id, dedupe_key, method, query, headers, body,
                                partial, trace_id, received_at)
        SELECT tenant_id, id, connection_id, endpoint_id, dedupe_key, method, query, headers, body, partial, trace_id,
               received_at
          FROM unnest(tenants, ids, connections, endpoints, dedupe_keys, methods, queries, all_headers, bodies,
                      partials, traces, received)
            WITH ORDINALITY AS i (tenant_id, id, connection_id, endpoint_id, dedupe_key, method, query, headers, body,
                                  partial, trace_id, received_at, place)
         -- In one order everywhere, so that two statements with the same duplicates cannot wait for each other.
         ORDER BY tenant_id, connection_id, dedupe_key, place
        ON CONFLICT (tenant_id, connection_id, dedupe_key) DO NOTHING
        RETURNING id
    ), queued AS (
        INSERT INTO queue.jobs (tenant_id, lane, kind, args, key, trace_id)
        SELECT tenant_id, 'live', 'process-delivery',
               jsonb_build_object('tenant_id', tenant_id, 'delivery_id', id, 'key', queue_key), queue_key, trace_id
          FROM unnest(tenants, ids, queue_keys, traces)
            WITH ORDINALITY AS i (tenant_id, id, queue_key, trace_id, place)
         WHERE id IN (SELECT id FROM fresh) ORDER BY place
    )
    SELECT id FROM fresh;
END $$;
SELECT grant_to_app('accept_deliveries(uuid[], uuid[], uuid[], uuid[], text[], text[], text[], jsonb[], bytea[],
                                       boolean[], text[], text[], timestamptz[])');

-- What workers need to process deliveries, each of the tenant that its job names. A delivery that was deleted, or whose
-- connection was, is left out.
CREATE FUNCTION load_deliveries(tenants uuid[], ids uuid[])
    RETURNS TABLE (tenant_id uuid, id uuid, connection_id uuid, method text, query text, headers jsonb, body bytea,
                   received_at timestamptz, plugin_id text, settings jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    RETURN QUERY
    SELECT d.tenant_id, d.id, d.connection_id, d.method, d.query, d.headers, d.body, d.received_at, c.plugin_id,
           c.settings
      FROM unnest(tenants, ids) AS wanted (tenant, delivery)
      JOIN deliveries d ON d.tenant_id = wanted.tenant AND d.id = wanted.delivery
      JOIN connections c ON c.tenant_id = d.tenant_id AND c.id = d.connection_id;
END $$;
SELECT grant_to_app('load_deliveries(uuid[], uuid[])');

-- Keeps a signed request that concerns no connection. The same one again is the same row. `false`: it was there.
CREATE FUNCTION keep_unrouted(
    id uuid, endpoint_id uuid, account text, thread text, dedupe_key text, method text, query text, headers jsonb,
    body bytea, partial boolean, reason text, trace_id text, received_at timestamptz
) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH kept AS (
        INSERT INTO unrouted_deliveries VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT EXISTS (SELECT FROM kept)
$$;
SELECT grant_to_app('keep_unrouted(uuid, uuid, text, text, text, text, text, jsonb, bytea, boolean, text, text,
                                   timestamptz)');

-- Hands the waiting requests of a connection's accounts to it, oldest first, and returns how many there were.
-- Only for a connection of the current tenant.
CREATE FUNCTION adopt_unrouted(wanted uuid) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH mine AS (
        SELECT a.tenant_id, a.connection_id, a.endpoint_id, a.account FROM connection_accounts a
         WHERE a.connection_id = wanted AND a.tenant_id = current_tenant()
    ), taken AS (
        DELETE FROM unrouted_deliveries u USING mine m
         WHERE u.endpoint_id = m.endpoint_id AND u.account = m.account
        RETURNING m.tenant_id, m.connection_id, u.*
    ), stored AS (
        INSERT INTO deliveries (tenant_id, id, connection_id, endpoint_id, dedupe_key, method, query, headers, body,
                                partial, trace_id, received_at)
        SELECT tenant_id, id, connection_id, endpoint_id, dedupe_key, method, query, headers, body, partial, trace_id,
               received_at
          FROM taken ORDER BY tenant_id, connection_id, dedupe_key
        ON CONFLICT (tenant_id, connection_id, dedupe_key) DO NOTHING
        RETURNING id
    ), queued AS (
        SELECT queue.push(array_agg(ROW(t.tenant_id, 'live', 'process-delivery',
                   jsonb_build_object('tenant_id', t.tenant_id, 'delivery_id', t.id,
                                      'key', t.connection_id || ':' || coalesce(t.thread, '')),
                   t.connection_id || ':' || coalesce(t.thread, ''), NULL, NULL, t.trace_id, NULL, NULL)::queue.new_job
                   ORDER BY t.received_at, t.id))
          FROM taken t JOIN stored s ON s.id = t.id
    )
    SELECT count(*) FROM stored WHERE (SELECT count(*) FROM queued) >= 0
$$;
SELECT grant_to_app('adopt_unrouted(uuid)');

-- How many requests wait at an endpoint for a connection.
CREATE FUNCTION count_unrouted(wanted uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM unrouted_deliveries WHERE endpoint_id = wanted
$$;
SELECT grant_to_app('count_unrouted(uuid)');

-- Forgets what is older than its retention, a bounded number at a time. Returns how many rows went.
CREATE FUNCTION purge_deliveries(older_than timestamptz, at_most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH processed AS (
        DELETE FROM deliveries WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM deliveries WHERE received_at < older_than LIMIT at_most)) RETURNING 1
    ), unrouted AS (
        DELETE FROM unrouted_deliveries WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM unrouted_deliveries WHERE received_at < older_than LIMIT at_most)) RETURNING 1
    ), early AS (
        DELETE FROM early_updates WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM early_updates WHERE received_at < older_than LIMIT at_most)) RETURNING 1
    ), keys AS (
        -- Answers to repeated requests are promised for a day; a delivery is kept longer than that.
        DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM idempotency_keys WHERE created_at < older_than LIMIT at_most)) RETURNING 1
    ), tokens AS (
        DELETE FROM refresh_tokens WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM refresh_tokens WHERE expires_at < older_than LIMIT at_most)) RETURNING 1
    )
    SELECT (SELECT count(*) FROM processed) + (SELECT count(*) FROM unrouted) + (SELECT count(*) FROM early)
         + (SELECT count(*) FROM keys) + (SELECT count(*) FROM tokens)
$$;
SELECT grant_to_app('purge_deliveries(timestamptz, integer)');
