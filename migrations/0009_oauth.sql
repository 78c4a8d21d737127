-- OAuth 2.0 (ADR 0015): the tokens of connections, and authorizations that have begun.

-- References to tables in use.
SET LOCAL lock_timeout = '1s';

-- The tokens of a connection, sealed. A row without an access token waits for its first (client credentials).
CREATE TABLE oauth_tokens (
    tenant_id     uuid NOT NULL,
    connection_id uuid NOT NULL,
    -- Where they come from. They are used and renewed only while the settings still lead there.
    token_url     text NOT NULL,
    access_token  bytea,
    refresh_token bytea,
    scopes        text[] NOT NULL DEFAULT '{}',
    issued_at     timestamptz,
    -- NULL where the provider names no end.
    expires_at    timestamptz,
    -- Counts the tokens. Whoever renews says which it starts from, so that an answer that comes late replaces nothing.
    rotation      bigint NOT NULL DEFAULT 0,
    -- Who renews, and until when nobody else does: a lease, by database time. A name that stays behind after its time
    -- says that an answer was lost.
    renewal       uuid,
    renewal_until timestamptz,
    -- How often in a row the provider could not be asked, and until when nobody asks again.
    failures      smallint NOT NULL DEFAULT 0,
    retry_at      timestamptz,
    PRIMARY KEY (tenant_id, connection_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE,
    CHECK ((access_token IS NULL) = (issued_at IS NULL))
);
SELECT isolate_by_tenant('oauth_tokens');

-- Somebody was sent to a provider, to come back with a code. Each is good once, and for a few minutes.
CREATE TABLE oauth_authorizations (
    tenant_id     uuid NOT NULL,
    state_hash    bytea NOT NULL,
    connection_id uuid NOT NULL,
    user_id       uuid NOT NULL,
    -- The proof key's verifier, sealed; empty once it was used.
    verifier      bytea NOT NULL,
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    used_at       timestamptz,
    PRIMARY KEY (tenant_id, state_hash),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX oauth_authorizations_age ON oauth_authorizations (tenant_id, expires_at);
CREATE INDEX oauth_authorizations_connection ON oauth_authorizations (tenant_id, connection_id);
SELECT isolate_by_tenant('oauth_authorizations');

-- The endpoint that a connection of the transaction's tenant belongs to, with what is sealed there. It may be the
-- operator's, whose app serves many tenants: its rows are nobody's to read, but its client is theirs to be known as.
CREATE FUNCTION oauth_client(wanted uuid)
    RETURNS TABLE (endpoint_id uuid, endpoint_tenant uuid, settings jsonb, secret_names text[], secrets bytea[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.id, e.tenant_id, e.settings, coalesce(s.names, '{}'), coalesce(s.sealed, '{}')
      FROM connections c
      JOIN endpoints e ON e.id = c.endpoint_id AND (e.tenant_id IS NULL OR e.tenant_id = c.tenant_id)
      LEFT JOIN LATERAL (
           SELECT array_agg(x.name ORDER BY x.name) AS names, array_agg(x.sealed ORDER BY x.name) AS sealed
             FROM endpoint_secrets x WHERE x.endpoint_id = e.id) s ON true
     WHERE c.tenant_id = current_tenant() AND c.id = wanted
$$;
SELECT grant_to_app('oauth_client(uuid)');
