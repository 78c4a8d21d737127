-- Another data key for the same secrets, while everything runs (docs/operations.md, "Keys").
SET LOCAL lock_timeout = '1s';

-- A new key opens at once and seals from this time on, by database time: until then every process has learned of it.
ALTER TABLE data_keys ADD COLUMN seals_from timestamptz NOT NULL DEFAULT '-infinity';

GRANT SELECT, UPDATE ON platform_secrets TO signalbox_definer;

-- What is sealed with another data key than this, of all tenants, wherever it lies; at most so many. A sealed value is a
-- version byte and the id of its data key, followed by what only that key opens.
CREATE FUNCTION sealed_with_others(data_key uuid, at_most integer)
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
    ) AS everything (place, tenant_id, owner_id, name, sealed)
     WHERE octet_length(sealed) > 17 AND substring(sealed FROM 2 FOR 16) <> uuid_send(data_key)
     LIMIT at_most
$$;
SELECT grant_to_app('sealed_with_others(uuid, integer)');

-- Puts a secret that was sealed anew in the place of what it was, if it still is that. Whether it was.
CREATE FUNCTION reseal(place text, tenant uuid, owner_id uuid, secret text, before bytea, after bytea) RETURNS boolean
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
    END CASE;
    RETURN FOUND;
END $$;
SELECT grant_to_app('reseal(text, uuid, uuid, text, bytea, bytea)');
