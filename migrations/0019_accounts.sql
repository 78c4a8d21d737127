-- What belongs to an account besides its password: sessions that can be told apart, keys for machines, links in e-mails,
-- the second factor; and what administration is written down in.
SET LOCAL lock_timeout = '1s';

---------------------------------------------------------------------------------------------------------------------
-- Sessions

-- What a person recognises a session by. Whether it still holds is said by its refresh tokens alone.
CREATE TABLE sessions (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    user_id      uuid NOT NULL,
    -- Where it was last used from, as the text of an IP address; as long as a browser says who it is.
    address      text NOT NULL CHECK (length(address) <= 45),
    user_agent   text NOT NULL CHECK (length(user_agent) <= 255),
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX sessions_by_user ON sessions (tenant_id, user_id);
CREATE INDEX sessions_age ON sessions (last_used_at);
SELECT isolate_by_tenant('sessions');

---------------------------------------------------------------------------------------------------------------------
-- Keys for machines

CREATE TABLE api_keys (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    -- Who made it. It never allows more than they may do themselves, and ends with them.
    user_id      uuid NOT NULL,
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    token_hash   bytea NOT NULL,
    -- Names of permissions, as in `roles`.
    scopes       text[] NOT NULL,
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE UNIQUE INDEX api_keys_hash ON api_keys (tenant_id, token_hash);
CREATE INDEX api_keys_by_user ON api_keys (tenant_id, user_id);
SELECT isolate_by_tenant('api_keys');

---------------------------------------------------------------------------------------------------------------------
-- Invitations, and links in e-mails

-- Those that are open: one that was accepted or taken back is gone, and the audit log tells of it.
CREATE TABLE invitations (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    id          uuid NOT NULL,
    email       text NOT NULL CHECK (length(email) <= 255),
    -- What the invited person is called, until they say it themselves.
    name        text CHECK (length(name) BETWEEN 1 AND 255),
    -- Either a built-in role or one of the tenant's own, as of a person.
    role        text CHECK (role IN ('admin', 'supervisor', 'team_lead', 'agent')),
    role_id     uuid,
    team_ids    uuid[] NOT NULL,
    invited_by  uuid NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT invitations_one_role CHECK ((role IS NULL) <> (role_id IS NULL)),
    CONSTRAINT invitations_role_id_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES roles,
    FOREIGN KEY (tenant_id, invited_by) REFERENCES users ON DELETE CASCADE
);
CREATE UNIQUE INDEX invitations_email_key ON invitations (tenant_id, lower(email));
CREATE INDEX invitations_role ON invitations (tenant_id, role_id) WHERE role_id IS NOT NULL;
SELECT isolate_by_tenant('invitations');

-- A link that an e-mail carries: good once, and until it expires. What makes it good is hashed; sealed, it lies here
-- only until the e-mail has left, so that a job can name the link and know nothing.
CREATE TABLE mailed_links (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    -- What it is for: to accept an invitation, or to set somebody's password.
    invitation_id uuid,
    user_id       uuid,
    token_hash    bytea NOT NULL,
    sealed_token  bytea,
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    sent_at       timestamptz,
    -- Used, or replaced by a newer one.
    spent_at      timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT mailed_links_one_purpose CHECK ((invitation_id IS NULL) <> (user_id IS NULL)),
    FOREIGN KEY (tenant_id, invitation_id) REFERENCES invitations ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE UNIQUE INDEX mailed_links_hash ON mailed_links (tenant_id, token_hash);
CREATE INDEX mailed_links_by_invitation ON mailed_links (tenant_id, invitation_id) WHERE invitation_id IS NOT NULL;
CREATE INDEX mailed_links_by_user ON mailed_links (tenant_id, user_id) WHERE user_id IS NOT NULL;
CREATE INDEX mailed_links_age ON mailed_links (expires_at);
SELECT isolate_by_tenant('mailed_links');

---------------------------------------------------------------------------------------------------------------------
-- The second factor

CREATE TABLE second_factors (
    tenant_id    uuid NOT NULL,
    user_id      uuid NOT NULL,
    -- The secret that the person's app shares with us (RFC 6238).
    secret       bytea NOT NULL,
    -- Since when it is asked for; before that, somebody is about to set it up.
    confirmed_at timestamptz,
    -- The last step whose code was taken: it and those before are not taken again.
    last_step    bigint NOT NULL DEFAULT 0,
    -- Wrong codes in a row, and until when no other is looked at.
    failures     integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE
);
SELECT isolate_by_tenant('second_factors');

-- For whoever has lost their app: each is good once.
CREATE TABLE recovery_codes (
    tenant_id uuid NOT NULL,
    user_id   uuid NOT NULL,
    code_hash bytea NOT NULL,
    used_at   timestamptz,
    PRIMARY KEY (tenant_id, user_id, code_hash),
    FOREIGN KEY (tenant_id, user_id) REFERENCES second_factors ON DELETE CASCADE
);
SELECT isolate_by_tenant('recovery_codes');

---------------------------------------------------------------------------------------------------------------------
-- What holds for the whole tenant. Without a row, the defaults of the product.

CREATE TABLE tenant_settings (
    tenant_id             uuid PRIMARY KEY REFERENCES tenants,
    require_second_factor text NOT NULL DEFAULT 'off' CHECK (require_second_factor IN ('off', 'admins', 'everybody')),
    version               bigint NOT NULL DEFAULT 1,
    updated_at            timestamptz NOT NULL
);
SELECT isolate_by_tenant('tenant_settings');

---------------------------------------------------------------------------------------------------------------------
-- The audit log

-- Names no row by a reference: it outlives what it tells of. The product appends to it and can do nothing else.
CREATE TABLE audit_log (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    id          uuid NOT NULL,
    occurred_at timestamptz NOT NULL,
    user_id     uuid NOT NULL,
    -- The key they acted by, if they did.
    api_key_id  uuid,
    -- As in `role.updated`.
    action      text NOT NULL,
    -- What it was done to.
    target_kind text NOT NULL,
    target_id   text,
    before      jsonb,
    after       jsonb,
    address     text NOT NULL,
    request_id  text NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_log_by_user ON audit_log (tenant_id, user_id, id DESC);
CREATE INDEX audit_log_by_action ON audit_log (tenant_id, action, id DESC);
CREATE INDEX audit_log_by_target ON audit_log (tenant_id, target_kind, target_id, id DESC);
SELECT isolate_by_tenant('audit_log');
REVOKE UPDATE, DELETE ON audit_log FROM signalbox_app, signalbox_definer;

---------------------------------------------------------------------------------------------------------------------
-- What is out of date, of all tenants

-- Sessions that nobody has used since `unused_since` and links that expired before `expired_before`; at most so many of
-- each. How many went.
CREATE FUNCTION purge_accounts(unused_since timestamptz, expired_before timestamptz, at_most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH old_sessions AS (
        DELETE FROM sessions WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM sessions WHERE last_used_at < unused_since LIMIT at_most)) RETURNING 1
    ), old_links AS (
        DELETE FROM mailed_links WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM mailed_links WHERE expires_at < expired_before LIMIT at_most)) RETURNING 1
    )
    SELECT (SELECT count(*) FROM old_sessions) + (SELECT count(*) FROM old_links)
$$;
SELECT grant_to_app('purge_accounts(timestamptz, timestamptz, integer)');

---------------------------------------------------------------------------------------------------------------------
-- Another data key for what is sealed here, too (0015)

CREATE OR REPLACE FUNCTION sealed_with_others(data_key uuid, at_most integer)
    RETURNS TABLE (place text, tenant_id uuid, owner_id uuid, name text, sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM (
        SELECT 'connection', s.tenant_id, s.connection_id, s.name, s.sealed FROM connection_secrets s
        UNION ALL
        SELECT 'endpoint', s.tenant_id, s.endpoint_id, s.name, s.sealed FROM endpoint_secrets s
        UNION ALL
        SELECT 'platform', NULL, NULL, s.name, s.sealed FROM platform_secrets s
        UNION ALL
        SELECT 'access_token', t.tenant_id, t.connection_id, 'oauth:access_token', t.access_token FROM oauth_tokens t
        UNION ALL
        SELECT 'refresh_token', t.tenant_id, t.connection_id, 'oauth:refresh_token', t.refresh_token FROM oauth_tokens t
        UNION ALL
        SELECT 'verifier', a.tenant_id, a.connection_id, 'oauth:verifier', a.verifier FROM oauth_authorizations a
        UNION ALL
        SELECT 'kept', v.tenant_id, v.connection_id, k.name, k.sealed
          FROM connection_versions v, unnest(v.secret_names, v.secrets) AS k (name, sealed)
        UNION ALL
        SELECT 'mailed_link', l.tenant_id, l.id, 'token', l.sealed_token FROM mailed_links l
         WHERE l.sealed_token IS NOT NULL
        UNION ALL
        SELECT 'second_factor', f.tenant_id, f.user_id, 'secret', f.secret FROM second_factors f
    ) AS everything (place, tenant_id, owner_id, name, sealed)
     WHERE octet_length(sealed) > 17 AND substring(sealed FROM 2 FOR 16) <> uuid_send(data_key)
     LIMIT at_most
$$;

CREATE OR REPLACE FUNCTION reseal(place text, tenant uuid, owner_id uuid, secret text, before bytea, after bytea)
    RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    CASE place
        WHEN 'connection' THEN
            UPDATE connection_secrets s SET sealed = after
             WHERE s.tenant_id = tenant AND s.connection_id = owner_id AND s.name = secret AND s.sealed = before;
        WHEN 'endpoint' THEN
            UPDATE endpoint_secrets s SET sealed = after
             WHERE s.endpoint_id = owner_id AND s.name = secret AND s.sealed = before;
        WHEN 'platform' THEN
            UPDATE platform_secrets s SET sealed = after WHERE s.name = secret AND s.sealed = before;
        WHEN 'access_token' THEN
            UPDATE oauth_tokens t SET access_token = after
             WHERE t.tenant_id = tenant AND t.connection_id = owner_id AND t.access_token = before;
        WHEN 'refresh_token' THEN
            UPDATE oauth_tokens t SET refresh_token = after
             WHERE t.tenant_id = tenant AND t.connection_id = owner_id AND t.refresh_token = before;
        WHEN 'verifier' THEN
            UPDATE oauth_authorizations a SET verifier = after
             WHERE a.tenant_id = tenant AND a.connection_id = owner_id AND a.verifier = before;
        WHEN 'kept' THEN
            UPDATE connection_versions v SET secrets = array_replace(v.secrets, before, after)
             WHERE v.tenant_id = tenant AND v.connection_id = owner_id AND before = ANY (v.secrets);
        WHEN 'mailed_link' THEN
            UPDATE mailed_links l SET sealed_token = after
             WHERE l.tenant_id = tenant AND l.id = owner_id AND l.sealed_token = before;
        WHEN 'second_factor' THEN
            UPDATE second_factors f SET secret = after
             WHERE f.tenant_id = tenant AND f.user_id = owner_id AND f.secret = before;
    END CASE;
    RETURN FOUND;
END $$;
