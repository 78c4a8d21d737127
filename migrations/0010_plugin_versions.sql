-- Versions of plugins side by side (ADR 0016): every connection and every endpoint holds one, settings have layers, and
-- what a connection had before an upgrade is kept for a rollback.
--
-- Processes of the version before go on meanwhile: they know neither the new columns nor `plugin_versions`, so triggers
-- fill both in for them.
SET LOCAL lock_timeout = '1s';

---------------------------------------------------------------------------------------------------------------------
-- Versions

-- Every version that was ever installed. `plugins` holds the one that new connections get.
CREATE TABLE plugin_versions (
    plugin_id    text NOT NULL REFERENCES plugins,
    version      text NOT NULL,
    sha256       bytea NOT NULL REFERENCES plugin_artifacts,
    manifest     jsonb NOT NULL,
    installed_at timestamptz NOT NULL,
    PRIMARY KEY (plugin_id, version)
);
CREATE INDEX plugin_versions_file ON plugin_versions (sha256);
GRANT SELECT, INSERT, UPDATE ON plugin_versions TO signalbox_app;
GRANT SELECT ON plugin_versions TO signalbox_definer;

INSERT INTO plugin_versions (plugin_id, version, sha256, manifest, installed_at)
SELECT id, version, sha256, manifest, installed_at FROM plugins;

-- An installer of the version before knows `plugins` only.
CREATE FUNCTION note_plugin_version() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO plugin_versions AS v (plugin_id, version, sha256, manifest, installed_at)
    VALUES (NEW.id, NEW.version, NEW.sha256, NEW.manifest, NEW.installed_at)
    ON CONFLICT (plugin_id, version) DO UPDATE SET sha256 = excluded.sha256, manifest = excluded.manifest
     WHERE v.sha256 <> excluded.sha256;
    RETURN NULL;
END $$;
CREATE TRIGGER note_plugin_version AFTER INSERT OR UPDATE ON plugins
    FOR EACH ROW EXECUTE FUNCTION note_plugin_version();

---------------------------------------------------------------------------------------------------------------------
-- Connections and endpoints hold a version

ALTER TABLE connections
    ADD COLUMN plugin_version text,
    -- What was set for this connection, apart from what it inherits; NULL: all of `settings`.
    ADD COLUMN own_settings jsonb,
    -- Since when it has its status; NULL: since before this was noted.
    ADD COLUMN status_since timestamptz;
ALTER TABLE endpoints ADD COLUMN plugin_version text;

-- Row-level security is forced on the owner, too.
SET LOCAL ROLE signalbox_definer;
UPDATE connections c SET plugin_version = p.version FROM plugins p WHERE p.id = c.plugin_id;
UPDATE endpoints e SET plugin_version = p.version FROM plugins p WHERE p.id = e.plugin_id;
RESET ROLE;

-- Whoever names no version gets the plugin's.
CREATE FUNCTION fill_plugin_version() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.plugin_version IS NULL THEN
        SELECT p.version INTO NEW.plugin_version FROM plugins p WHERE p.id = NEW.plugin_id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fill_plugin_version BEFORE INSERT ON connections
    FOR EACH ROW EXECUTE FUNCTION fill_plugin_version();
CREATE TRIGGER fill_plugin_version BEFORE INSERT ON endpoints
    FOR EACH ROW EXECUTE FUNCTION fill_plugin_version();

-- One row per account: looking through all of them takes no time worth a second migration.
ALTER TABLE connections
    ALTER COLUMN plugin_version SET NOT NULL,
    ADD FOREIGN KEY (plugin_id, plugin_version) REFERENCES plugin_versions;
ALTER TABLE endpoints
    ALTER COLUMN plugin_version SET NOT NULL,
    ADD FOREIGN KEY (plugin_id, plugin_version) REFERENCES plugin_versions;

-- The recipe of an endpoint is that of the version it holds.
CREATE OR REPLACE FUNCTION find_endpoint(wanted text)
    RETURNS TABLE (id uuid, tenant_id uuid, plugin_id text, plugin_sha256 bytea,
                   secret_names text[], secrets bytea[], secrets_updated_at timestamptz[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.id, e.tenant_id, e.plugin_id, v.sha256,
           coalesce(s.names, '{}'), coalesce(s.sealed, '{}'), coalesce(s.updated_at, '{}')
      FROM endpoints e
      JOIN plugin_versions v ON v.plugin_id = e.plugin_id AND v.version = e.plugin_version
      LEFT JOIN LATERAL (
           SELECT array_agg(x.name ORDER BY x.name) AS names, array_agg(x.sealed ORDER BY x.name) AS sealed,
                  array_agg(x.updated_at ORDER BY x.name) AS updated_at
             FROM endpoint_secrets x WHERE x.endpoint_id = e.id) s ON true
     WHERE e.key = wanted
$$;

-- `load_deliveries` with the version that reads each of them. The function of the old name stays for workers that know
-- no versions.
CREATE FUNCTION load_versioned_deliveries(tenants uuid[], ids uuid[])
    RETURNS TABLE (tenant_id uuid, id uuid, connection_id uuid, method text, query text, headers jsonb, body bytea,
                   received_at timestamptz, plugin_id text, plugin_version text, settings jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    RETURN QUERY
    SELECT d.tenant_id, d.id, d.connection_id, d.method, d.query, d.headers, d.body, d.received_at, c.plugin_id,
           c.plugin_version, c.settings
      FROM unnest(tenants, ids) AS wanted (tenant, delivery)
      JOIN deliveries d ON d.tenant_id = wanted.tenant AND d.id = wanted.delivery
      JOIN connections c ON c.tenant_id = d.tenant_id AND c.id = d.connection_id;
END $$;
SELECT grant_to_app('load_versioned_deliveries(uuid[], uuid[])');

-- The versions that jobs may ask for: those that connections hold, of all tenants, and those that new ones get.
CREATE FUNCTION plugin_versions_in_use() RETURNS TABLE (plugin_id text, version text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.plugin_id, c.plugin_version FROM connections c UNION SELECT p.id, p.version FROM plugins p ORDER BY 1, 2
$$;
SELECT grant_to_app('plugin_versions_in_use()');

-- For the operator: a shared endpoint takes another version. Whether there is such an endpoint.
CREATE FUNCTION set_shared_endpoint_version(wanted_key text, wanted_version text) RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH moved AS (
        UPDATE endpoints SET plugin_version = wanted_version, version = version + 1
         WHERE key = wanted_key AND tenant_id IS NULL RETURNING 1
    )
    SELECT EXISTS (SELECT FROM moved)
$$;
SELECT grant_to_app('set_shared_endpoint_version(text, text)');

---------------------------------------------------------------------------------------------------------------------
-- What connections had before

-- Written by an upgrade, taken back by a rollback. The secrets are copies as sealed: they open for this connection and
-- name only.
CREATE TABLE connection_versions (
    tenant_id          uuid NOT NULL,
    connection_id      uuid NOT NULL,
    id                 uuid NOT NULL,
    plugin_version     text NOT NULL,
    endpoint_version   text,
    settings           jsonb NOT NULL,
    own_settings       jsonb,
    secret_names       text[] NOT NULL,
    secrets            bytea[] NOT NULL,
    secrets_updated_at timestamptz[] NOT NULL,
    -- Where it went, and what was consented to for that.
    next_version       text NOT NULL,
    consent            text[] NOT NULL,
    left_at            timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
);
SELECT isolate_by_tenant('connection_versions');

---------------------------------------------------------------------------------------------------------------------
-- What a tenant gives all its connections of a plugin

CREATE TABLE plugin_defaults (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    plugin_id  text NOT NULL REFERENCES plugins,
    settings   jsonb NOT NULL,
    version    bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, plugin_id)
);
SELECT isolate_by_tenant('plugin_defaults');

---------------------------------------------------------------------------------------------------------------------
-- Installations

-- A file that somebody wants to install. It is tried by a worker, and forgotten once that is done.
CREATE TABLE plugin_installations (
    tenant_id    uuid NOT NULL REFERENCES tenants,
    id           uuid NOT NULL,
    wasm         bytea,
    requested_at timestamptz NOT NULL,
    completed_at timestamptz,
    outcome      jsonb,
    PRIMARY KEY (tenant_id, id)
);
SELECT isolate_by_tenant('plugin_installations');

---------------------------------------------------------------------------------------------------------------------
-- Questions to plugins

-- What a form or an upgrade asks a connection's plugin, which runs in a worker. Whoever asks waits, and forgets it then.
CREATE TABLE plugin_questions (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    connection_id uuid NOT NULL,
    question      jsonb NOT NULL,
    asked_at      timestamptz NOT NULL,
    answered_at   timestamptz,
    answer        jsonb,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
);
SELECT isolate_by_tenant('plugin_questions');

-- Whoever asked has long gone, or was answered.
CREATE OR REPLACE FUNCTION purge_deliveries(older_than timestamptz, at_most integer) RETURNS bigint
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
    ), questions AS (
        DELETE FROM plugin_questions WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM plugin_questions WHERE asked_at < older_than LIMIT at_most)) RETURNING 1
    ), installations AS (
        DELETE FROM plugin_installations WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM plugin_installations WHERE requested_at < older_than LIMIT at_most)) RETURNING 1
    )
    SELECT (SELECT count(*) FROM processed) + (SELECT count(*) FROM unrouted) + (SELECT count(*) FROM early)
         + (SELECT count(*) FROM keys) + (SELECT count(*) FROM tokens) + (SELECT count(*) FROM questions)
         + (SELECT count(*) FROM installations)
$$;
