-- What plugins do beyond parse and send (ADR 0018): webhooks that they register with their providers, contacts that
-- several of them know, and facts about these.

-- Columns of tables in use, and references to them.
SET LOCAL lock_timeout = '1s';

---------------------------------------------------------------------------------------------------------------------
-- A connection is gone for people before it is gone

-- What it has registered can only be taken back with its settings and secrets, so these stay until a job has done that.
ALTER TABLE connections ADD COLUMN deleted_at timestamptz;

-- Read by the statements that look for plugins which can do something; a manifest is too large to be opened for that.
ALTER TABLE plugin_versions ADD COLUMN interfaces jsonb GENERATED ALWAYS AS (manifest -> 'interfaces') STORED;

-- A connection that is being deleted gets no webhooks any more.
CREATE OR REPLACE FUNCTION find_only_connection(wanted_endpoint uuid)
    RETURNS TABLE (tenant_id uuid, connection_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (array_agg(c.tenant_id))[1], (array_agg(c.id))[1]
      FROM (SELECT x.tenant_id, x.id FROM connections x
             WHERE x.endpoint_id = wanted_endpoint AND x.deleted_at IS NULL LIMIT 2) c
    HAVING count(*) = 1
$$;

---------------------------------------------------------------------------------------------------------------------
-- What a connection has registered

-- One row per address and account that a provider was told, from before it is told until it was told to forget it.
CREATE TABLE webhook_registrations (
    tenant_id      uuid NOT NULL,
    connection_id  uuid NOT NULL,
    id             uuid NOT NULL,
    url            text NOT NULL,
    -- Of then: with these it is taken back.
    settings       jsonb NOT NULL,
    -- What the plugin needs to take it back. NULL: what became of the call is not known.
    registration   jsonb,
    -- Until then a call may still be under way.
    busy_until     timestamptz,
    registered_at  timestamptz,
    PRIMARY KEY (tenant_id, connection_id, id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE,
    CHECK ((registration IS NULL) = (registered_at IS NULL))
);
SELECT isolate_by_tenant('webhook_registrations');

-- How registering went the last time. Without a problem it went well.
CREATE TABLE webhook_setups (
    tenant_id     uuid NOT NULL,
    connection_id uuid NOT NULL,
    -- The address that was tried; NULL: there was none.
    url           text,
    tried_at      timestamptz NOT NULL,
    problem       text,
    message       text,
    since         timestamptz,
    PRIMARY KEY (tenant_id, connection_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE,
    CHECK ((problem IS NULL) = (message IS NULL) AND (problem IS NULL) = (since IS NULL))
);
SELECT isolate_by_tenant('webhook_setups');

-- The last part of the address where the webhooks of a connection of the tenant arrive. The endpoint may be the
-- operator's, whose rows are nobody's to read.
CREATE FUNCTION webhook_key(wanted uuid) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.key
      FROM connections c JOIN endpoints e ON e.id = c.endpoint_id AND (e.tenant_id IS NULL OR e.tenant_id = c.tenant_id)
     WHERE c.tenant_id = current_tenant() AND c.id = wanted
$$;
SELECT grant_to_app('webhook_key(uuid)');

-- Active connections, of all tenants, whose webhooks should be registered at an address that begins like this and are
-- not: nobody has tried, or it was long ago.
CREATE FUNCTION unregistered_connections(base text, tried_before timestamptz, at_most integer)
    RETURNS TABLE (tenant_id uuid, connection_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.tenant_id, c.id
      FROM connections c
      JOIN plugin_versions v ON v.plugin_id = c.plugin_id AND v.version = c.plugin_version
      LEFT JOIN webhook_setups s ON s.tenant_id = c.tenant_id AND s.connection_id = c.id
     WHERE v.interfaces ? 'setup' AND c.status = 'active' AND c.deleted_at IS NULL
       AND (s.url IS NULL OR NOT starts_with(s.url, base) OR (s.problem IS NOT NULL AND s.tried_at < tried_before))
     ORDER BY s.tried_at NULLS FIRST LIMIT at_most
$$;
SELECT grant_to_app('unregistered_connections(text, timestamptz, integer)');

-- Connections, of all tenants, that should have been gone since then.
CREATE FUNCTION leftover_connections(deleted_before timestamptz, at_most integer)
    RETURNS TABLE (tenant_id uuid, connection_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.tenant_id, c.id FROM connections c WHERE c.deleted_at < deleted_before ORDER BY c.deleted_at LIMIT at_most
$$;
SELECT grant_to_app('leftover_connections(timestamptz, integer)');

---------------------------------------------------------------------------------------------------------------------
-- One person over all channels

ALTER TABLE contacts
    -- In lower case, as it is compared.
    ADD COLUMN email text,
    -- When a person of the tenant last wrote the name, which no channel overwrites then.
    ADD COLUMN name_edited_at timestamptz;

-- What a channel has said of a contact: each field with the time of what it said last, so that webhooks which overtake
-- each other end with the latest.
CREATE TABLE contact_profiles (
    tenant_id  uuid NOT NULL,
    contact_id uuid NOT NULL,
    channel    text NOT NULL,
    said       jsonb NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, channel),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts ON DELETE CASCADE
);
SELECT isolate_by_tenant('contact_profiles');

---------------------------------------------------------------------------------------------------------------------
-- Facts

-- What is known about a contact through one connection, in the plugin's order.
CREATE TABLE contact_facts (
    tenant_id     uuid NOT NULL,
    contact_id    uuid NOT NULL,
    connection_id uuid NOT NULL,
    place         smallint NOT NULL,
    name          text NOT NULL,
    title         text NOT NULL,
    text          text NOT NULL,
    url           text,
    as_of         timestamptz NOT NULL,
    data          jsonb NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, connection_id, place),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
);
CREATE INDEX contact_facts_connection ON contact_facts (tenant_id, connection_id);
SELECT isolate_by_tenant('contact_facts');

-- How asking one connection about one contact goes.
CREATE TABLE contact_enrichments (
    tenant_id     uuid NOT NULL,
    contact_id    uuid NOT NULL,
    connection_id uuid NOT NULL,
    -- Since when a job waits to ask; NULL: none does.
    asked_at      timestamptz,
    -- When the last answer came, and what the last question without one ended with.
    fetched_at    timestamptz,
    tried_at      timestamptz,
    problem       text,
    PRIMARY KEY (tenant_id, contact_id, connection_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
);
CREATE INDEX contact_enrichments_connection ON contact_enrichments (tenant_id, connection_id);
SELECT isolate_by_tenant('contact_enrichments');
