-- Conversations and contacts with fields of the tenant's own making: whose have all of `wanted`, in no order; more than
-- `at_most` are not counted further. `@>` is not leakproof: see `find_messages`.
SET LOCAL lock_timeout = '1s';

CREATE FUNCTION conversations_with_attributes(wanted jsonb, at_most integer) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan
    AS $$ BEGIN
    RETURN QUERY
    SELECT v.id FROM conversations v
     WHERE v.tenant_id = current_tenant() AND v.custom_attributes <> '{}' AND v.custom_attributes @> wanted
     LIMIT at_most;
END $$;
SELECT grant_to_app('conversations_with_attributes(jsonb, integer)');
CREATE FUNCTION contacts_with_attributes(wanted jsonb, at_most integer) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan
    AS $$ BEGIN
    RETURN QUERY
    SELECT c.id FROM contacts c
     WHERE c.tenant_id = current_tenant() AND c.custom_attributes <> '{}' AND c.custom_attributes @> wanted
     LIMIT at_most;
END $$;
SELECT grant_to_app('contacts_with_attributes(jsonb, integer)');
