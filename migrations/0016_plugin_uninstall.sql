-- Versions of plugins that nobody holds any more can go.
SET LOCAL lock_timeout = '1s';

GRANT SELECT, UPDATE, DELETE ON plugin_versions, plugins, plugin_artifacts TO signalbox_definer;

-- Who holds a version, of all tenants: connections, endpoints, and connections that would go back to it.
CREATE FUNCTION plugin_version_holders(plugin text, wanted text)
    RETURNS TABLE (kind text, tenant_id uuid, id uuid, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'connection', c.tenant_id, c.id, c.name FROM connections c
     WHERE c.plugin_id = plugin AND c.plugin_version = wanted
    UNION ALL
    SELECT 'endpoint', e.tenant_id, e.id, e.name FROM endpoints e
     WHERE e.plugin_id = plugin AND e.plugin_version = wanted
    UNION ALL
    SELECT DISTINCT 'rollback', c.tenant_id, c.id, c.name
      FROM connection_versions v JOIN connections c ON c.tenant_id = v.tenant_id AND c.id = v.connection_id
     WHERE c.plugin_id = plugin AND wanted IN (v.plugin_version, v.endpoint_version)
$$;
SELECT grant_to_app('plugin_version_holders(text, text)');

-- Removes a version, its file if nothing else is made of it, and with the last version the plugin and what tenants have
-- given its connections. References refuse it for whoever has taken the version meanwhile. Whether it was there.
CREATE FUNCTION uninstall_plugin_version(plugin text, wanted text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    file bytea;
BEGIN
    DELETE FROM plugin_versions v WHERE v.plugin_id = plugin AND v.version = wanted RETURNING v.sha256 INTO file;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF NOT EXISTS (SELECT FROM plugin_versions v WHERE v.plugin_id = plugin) THEN
        DELETE FROM plugin_defaults d WHERE d.plugin_id = plugin;
        DELETE FROM plugins p WHERE p.id = plugin;
    END IF;
    DELETE FROM plugin_artifacts a
     WHERE a.sha256 = file AND NOT EXISTS (SELECT FROM plugin_versions v WHERE v.sha256 = file)
       AND NOT EXISTS (SELECT FROM plugins p WHERE p.sha256 = file);
    RETURN true;
END $$;
SELECT grant_to_app('uninstall_plugin_version(text, text)');
