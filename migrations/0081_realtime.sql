-- Who is in presence channels, the apps of the Pusher protocol, and what processes are told at once. See
-- docs/realtime.md, docs/adr/0034 and 0035.
SET LOCAL lock_timeout = '1s';

---------------------------------------------------------------------------------------------------------------------
-- Who is in a presence channel

-- A lease of a process for each member that is connected to it: of a process that has died nobody is left after a minute.
CREATE TABLE realtime_members (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    channel    text NOT NULL CHECK (length(channel) <= 164),
    member     text NOT NULL CHECK (length(member) <= 128),
    process_id uuid NOT NULL,
    -- What others are shown of them, where their own server said it.
    info       jsonb,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, channel, member, process_id)
);
CREATE INDEX realtime_members_by_process ON realtime_members (process_id);
SELECT isolate_by_tenant('realtime_members');

-- Renews the leases of a process and ends those that have run out, of all processes. Leases are between processes, so the
-- database's clock counts.
CREATE FUNCTION keep_realtime_members(process uuid, seconds integer) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE realtime_members m SET expires_at = clock_timestamp() + make_interval(secs => seconds)
     WHERE m.process_id = process;
    DELETE FROM realtime_members m WHERE m.expires_at <= clock_timestamp();
$$;
SELECT grant_to_app('keep_realtime_members(uuid, integer)');

-- Lets go of all leases of a process that ends.
CREATE FUNCTION leave_realtime_members(process uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM realtime_members m WHERE m.process_id = process;
$$;
SELECT grant_to_app('leave_realtime_members(uuid)');

-- Whoever hears the channel is told.
CREATE FUNCTION tell_members() RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
    changed realtime_members := coalesce(NEW, OLD);
BEGIN
    PERFORM pg_notify('signalbox_realtime', 'm ' || changed.tenant_id || ' ' || changed.channel);
    RETURN NULL;
END $$;
CREATE TRIGGER tell_members AFTER INSERT OR DELETE ON realtime_members FOR EACH ROW EXECUTE FUNCTION tell_members();

---------------------------------------------------------------------------------------------------------------------
-- Apps of the Pusher protocol

-- The app id is the tenant's; the key names it in addresses, and the secret signs.
CREATE TABLE realtime_apps (
    tenant_id  uuid PRIMARY KEY REFERENCES tenants,
    key        text NOT NULL UNIQUE CHECK (key ~ '^[0-9a-f]{20}$'),
    secret     bytea NOT NULL,
    updated_at timestamptz NOT NULL
);
SELECT isolate_by_tenant('realtime_apps');

-- The tenant with this app key, for connections that show nothing else.
CREATE FUNCTION realtime_app(app_key text) RETURNS TABLE (tenant_id uuid, secret bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.tenant_id, a.secret FROM realtime_apps a WHERE a.key = app_key
$$;
SELECT grant_to_app('realtime_app(text)');

-- Secrets of apps change their data key as all others do.
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
        UNION ALL
        SELECT 'realtime_app', p.tenant_id, NULL, 'app-secret', p.secret FROM realtime_apps p
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
        WHEN 'realtime_app' THEN
            UPDATE realtime_apps p SET secret = after WHERE p.tenant_id = tenant AND p.secret = before;
    END CASE;
    RETURN FOUND;
END $$;

---------------------------------------------------------------------------------------------------------------------
-- What processes are told at once, because somebody may lose sight of something: rare changes, so that it may be said in
-- their transaction.

CREATE FUNCTION tell_access() RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
    changed jsonb := to_jsonb(coalesce(NEW, OLD));
    person  text := CASE TG_ARGV[0] WHEN 'everybody' THEN '' ELSE ' ' || (changed ->> TG_ARGV[0]) END;
BEGIN
    PERFORM pg_notify('signalbox_realtime', 'a ' || (changed ->> 'tenant_id') || person);
    RETURN NULL;
END $$;
CREATE TRIGGER tell_access AFTER UPDATE OF role, role_id, active ON users FOR EACH ROW
    WHEN (OLD.role IS DISTINCT FROM NEW.role OR OLD.role_id IS DISTINCT FROM NEW.role_id OR OLD.active <> NEW.active)
    EXECUTE FUNCTION tell_access('id');
CREATE TRIGGER tell_access AFTER INSERT OR DELETE ON team_members FOR EACH ROW EXECUTE FUNCTION tell_access('user_id');
CREATE TRIGGER tell_access AFTER UPDATE OF permissions ON roles FOR EACH ROW EXECUTE FUNCTION tell_access('everybody');
CREATE TRIGGER tell_access AFTER UPDATE OF revoked_at ON refresh_tokens FOR EACH ROW
    WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION tell_access('user_id');
CREATE TRIGGER tell_access AFTER UPDATE OF revoked_at ON api_keys FOR EACH ROW
    WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION tell_access('user_id');

CREATE FUNCTION tell_presence() RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('signalbox_realtime', 'p ' || NEW.tenant_id || ' ' || NEW.user_id);
    RETURN NULL;
END $$;
CREATE TRIGGER tell_presence_begun AFTER INSERT ON user_presence FOR EACH ROW EXECUTE FUNCTION tell_presence();
CREATE TRIGGER tell_presence AFTER UPDATE ON user_presence FOR EACH ROW
    WHEN (OLD.status <> NEW.status OR OLD.status_text IS DISTINCT FROM NEW.status_text
          OR OLD.current_conversation_id IS DISTINCT FROM NEW.current_conversation_id OR OLD.expires_at <= NEW.seen_at)
    EXECUTE FUNCTION tell_presence();

CREATE FUNCTION tell_app() RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('signalbox_realtime', 'k ' || NEW.tenant_id);
    RETURN NULL;
END $$;
CREATE TRIGGER tell_app AFTER UPDATE ON realtime_apps FOR EACH ROW EXECUTE FUNCTION tell_app();
