-- What plugins remember about a connection between calls: small values under names.

-- The reference below locks `connections` for a moment; whoever has to wait for it makes everybody else wait.
SET LOCAL lock_timeout = '2s';

-- Versions grow over all entries, so that one that was deleted and made anew has another than before.
CREATE SEQUENCE plugin_state_version;
GRANT USAGE ON SEQUENCE plugin_state_version TO signalbox_app;

CREATE TABLE plugin_state (
    tenant_id     uuid NOT NULL,
    connection_id uuid NOT NULL,
    key           text NOT NULL CHECK (octet_length(key) BETWEEN 1 AND 256),
    value         bytea NOT NULL,
    version       bigint NOT NULL DEFAULT nextval('plugin_state_version'),
    expires_at    timestamptz,
    PRIMARY KEY (tenant_id, connection_id, key),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
);
CREATE INDEX plugin_state_expiry ON plugin_state (expires_at) WHERE expires_at IS NOT NULL;
SELECT isolate_by_tenant('plugin_state');

-- Writes an entry. `wanted` is the version it must have so far, 0 that there must be none; `quota` is the most that
-- names and values of the connection may have together, in bytes. Gives the new version, or the fault: `conflict` or
-- `quota`.
CREATE FUNCTION put_plugin_state(
    connection uuid, entry text, content bytea, wanted bigint, expiry timestamptz, at timestamptz, quota bigint,
    OUT written bigint, OUT fault text
)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    found_version bigint;
    others        bigint;
BEGIN
    -- Writes of one connection come one after another: two that each fit the quota may not fit it together.
    PERFORM pg_advisory_xact_lock(hashtextextended('plugin-state:' || connection, 0));
    SELECT coalesce(max(version) FILTER (WHERE key = entry), 0),
           coalesce(sum(octet_length(key) + octet_length(value)) FILTER (WHERE key <> entry), 0)
      INTO found_version, others
      FROM plugin_state
     WHERE tenant_id = current_tenant() AND connection_id = connection AND (expires_at IS NULL OR expires_at > at);
    IF wanted <> found_version THEN
        fault := 'conflict';
        RETURN;
    END IF;
    IF others + octet_length(entry) + octet_length(content) > quota THEN
        fault := 'quota';
        RETURN;
    END IF;
    INSERT INTO plugin_state (tenant_id, connection_id, key, value, expires_at)
    VALUES (current_tenant(), connection, entry, content, expiry)
    ON CONFLICT (tenant_id, connection_id, key) DO UPDATE
       SET value = excluded.value, version = excluded.version, expires_at = excluded.expires_at
    RETURNING version INTO written;
END $$;

-- Forgets what has expired, of all tenants, at most so many rows.
CREATE FUNCTION purge_plugin_state(at timestamptz, at_most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM plugin_state WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM plugin_state WHERE expires_at <= at LIMIT at_most)) RETURNING 1
    )
    SELECT count(*) FROM gone
$$;
SELECT grant_to_app('purge_plugin_state(timestamptz, integer)');
