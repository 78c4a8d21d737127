-- What the API asks across tenants, each question in one named function, and the results it waits for.

---------------------------------------------------------------------------------------------------------------------
-- Logging in

-- A tenant by what people type to name it.
CREATE FUNCTION find_tenant(wanted text)
    RETURNS TABLE (id uuid, slug text, name text, created_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.id, t.slug, t.name, t.created_at FROM tenants t WHERE t.slug = wanted
$$;
SELECT grant_to_app('find_tenant(text)');

-- Who has this address. Few tenants share one, and each costs a password check: eight are enough without a slug.
CREATE FUNCTION login_candidates(wanted_email text, wanted_slug text)
    RETURNS TABLE (tenant_id uuid, tenant_slug text, user_id uuid, password_hash text, active boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.tenant_id, t.slug, u.id, u.password_hash, u.active
      FROM users u JOIN tenants t ON t.id = u.tenant_id
     WHERE lower(u.email) = lower(wanted_email) AND (wanted_slug IS NULL OR t.slug = wanted_slug)
     ORDER BY u.active DESC, u.created_at LIMIT 8
$$;
SELECT grant_to_app('login_candidates(text, text)');

---------------------------------------------------------------------------------------------------------------------
-- Endpoints can be changed, too: what is no secret of their settings, and whose change came first

ALTER TABLE endpoints ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';
ALTER TABLE endpoints ADD COLUMN version bigint NOT NULL DEFAULT 1;

-- For the operator: an endpoint without a tenant, which row-level security lets nobody write directly.
CREATE FUNCTION create_shared_endpoint(new_id uuid, new_key text, new_plugin text, new_name text, new_settings jsonb,
                                       names text[], sealed bytea[], at timestamptz) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO endpoints (id, tenant_id, key, plugin_id, name, settings, created_at)
    VALUES (new_id, NULL, new_key, new_plugin, new_name, new_settings, at);
    INSERT INTO endpoint_secrets (endpoint_id, tenant_id, name, sealed, updated_at)
    SELECT new_id, NULL, s.name, s.sealed, at FROM unnest(names, sealed) AS s (name, sealed);
$$;
SELECT grant_to_app('create_shared_endpoint(uuid, text, text, text, jsonb, text[], bytea[], timestamptz)');

---------------------------------------------------------------------------------------------------------------------
-- Finding the way of a webhook

-- An endpoint with its sealed secrets.
CREATE FUNCTION find_endpoint(wanted text)
    RETURNS TABLE (id uuid, tenant_id uuid, plugin_id text, plugin_sha256 bytea,
                   secret_names text[], secrets bytea[], secrets_updated_at timestamptz[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.id, e.tenant_id, e.plugin_id, p.sha256,
           coalesce(s.names, '{}'), coalesce(s.sealed, '{}'), coalesce(s.updated_at, '{}')
      FROM endpoints e
      JOIN plugins p ON p.id = e.plugin_id
      LEFT JOIN LATERAL (
           SELECT array_agg(x.name ORDER BY x.name) AS names, array_agg(x.sealed ORDER BY x.name) AS sealed,
                  array_agg(x.updated_at ORDER BY x.name) AS updated_at
             FROM endpoint_secrets x WHERE x.endpoint_id = e.id) s ON true
     WHERE e.key = wanted
$$;
SELECT grant_to_app('find_endpoint(text)');

CREATE FUNCTION find_routes(wanted_endpoint uuid, wanted_accounts text[])
    RETURNS TABLE (account text, tenant_id uuid, connection_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.account, a.tenant_id, a.connection_id
      FROM connection_accounts a WHERE a.endpoint_id = wanted_endpoint AND a.account = ANY (wanted_accounts)
$$;
SELECT grant_to_app('find_routes(uuid, text[])');

CREATE INDEX connections_endpoint ON connections (endpoint_id);
CREATE FUNCTION find_only_connection(wanted_endpoint uuid)
    RETURNS TABLE (tenant_id uuid, connection_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (array_agg(c.tenant_id))[1], (array_agg(c.id))[1]
      FROM (SELECT x.tenant_id, x.id FROM connections x WHERE x.endpoint_id = wanted_endpoint LIMIT 2) c
    HAVING count(*) = 1
$$;
SELECT grant_to_app('find_only_connection(uuid)');

---------------------------------------------------------------------------------------------------------------------
-- Connection tests

-- A test somebody asked for, and what the provider answered. The asker waits for it, for a while.
CREATE TABLE connection_checks (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    connection_id uuid NOT NULL,
    requested_at  timestamptz NOT NULL,
    completed_at  timestamptz,
    report        jsonb,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
);
CREATE INDEX connection_checks_open ON connection_checks (tenant_id, connection_id) WHERE completed_at IS NULL;
SELECT isolate_by_tenant('connection_checks');

---------------------------------------------------------------------------------------------------------------------
-- Searching and listing

-- LIKE is not leakproof, so that under row-level security it would be evaluated after reading every row of the tenant
-- and the trigram index would lie idle. The function checks the tenant itself. Plans depend on the pattern.
CREATE FUNCTION search_conversations(pattern text) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan
    AS $$ BEGIN
    RETURN QUERY SELECT c.id FROM conversations c WHERE c.tenant_id = current_tenant() AND c.search_text LIKE pattern;
END $$;
SELECT grant_to_app('search_conversations(text)');

CREATE INDEX contacts_search ON contacts USING gin (lower(coalesce(name, '') || ' ' || coalesce(phone, '')) gin_trgm_ops);
CREATE INDEX identities_value ON identities (tenant_id, value);
CREATE FUNCTION search_contacts(pattern text, identity text) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan
    AS $$ BEGIN
    RETURN QUERY
    SELECT c.id FROM contacts c
     WHERE c.tenant_id = current_tenant() AND lower(coalesce(c.name, '') || ' ' || coalesce(c.phone, '')) LIKE pattern
    UNION
    SELECT i.contact_id FROM identities i WHERE i.tenant_id = current_tenant() AND i.value = identity;
END $$;
SELECT grant_to_app('search_contacts(text, text)');

CREATE INDEX rule_runs_by_rule ON rule_runs (tenant_id, rule_id, id DESC);
