-- Tenants, people, plugins, endpoints, connections, deliveries, conversations, the event log and rules.
--
-- Isolation: the product connects as `signalbox_app`, which owns nothing and bypasses nothing. Every table with a
-- `tenant_id` shows it only the rows of the tenant named in the setting `signalbox.tenant`, which a transaction sets
-- first. What must cross tenants (finding an endpoint, accepting webhooks, logging in) is a SECURITY DEFINER function
-- owned by `signalbox_definer`, the one role whose policies let it see everything and which nobody can log in as.

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'signalbox_app') THEN
        CREATE ROLE signalbox_app LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'signalbox_definer') THEN
        CREATE ROLE signalbox_definer NOLOGIN;
    END IF;
    -- Functions are handed to the definer role, which takes membership (superusers have it already).
    IF NOT pg_has_role(current_user, 'signalbox_definer', 'MEMBER') THEN
        EXECUTE format('GRANT signalbox_definer TO %I', current_user);
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- Another database of the same cluster is being set up at this moment: roles are shared.
END $$;

GRANT USAGE ON SCHEMA public TO signalbox_app, signalbox_definer;
-- PostgreSQL asks for CREATE at the moment a function is handed over, not afterwards.
GRANT CREATE ON SCHEMA public TO signalbox_definer;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- The tenant of the running transaction; NULL (which matches no row) when none is set.
CREATE FUNCTION current_tenant() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('signalbox.tenant', true), '')::uuid;
GRANT EXECUTE ON FUNCTION current_tenant() TO signalbox_app, signalbox_definer;

-- Puts a table under the rule above. For migrations only: the product may not execute it.
CREATE FUNCTION isolate_by_tenant(tbl regclass, tenant_column text DEFAULT 'tenant_id') RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tbl);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tbl);
    EXECUTE format('CREATE POLICY tenant ON %s USING (%I = current_tenant()) WITH CHECK (%I = current_tenant())',
                   tbl, tenant_column, tenant_column);
    EXECUTE format('CREATE POLICY definer ON %s TO signalbox_definer USING (true) WITH CHECK (true)', tbl);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO signalbox_app, signalbox_definer', tbl);
END $$;

-- Hands a function to the definer role and lets the product, and nobody else, call it.
CREATE FUNCTION grant_to_app(fn regprocedure) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER FUNCTION %s OWNER TO signalbox_definer', fn);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', fn);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO signalbox_app', fn);
END $$;

---------------------------------------------------------------------------------------------------------------------
-- Tenants and people

CREATE TABLE tenants (
    id         uuid PRIMARY KEY,
    slug       text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    created_at timestamptz NOT NULL
);
SELECT isolate_by_tenant('tenants', 'id');

CREATE TABLE users (
    tenant_id     uuid NOT NULL REFERENCES tenants,
    id            uuid NOT NULL,
    email         text NOT NULL CHECK (length(email) <= 255),
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    role          text NOT NULL CHECK (role IN ('admin', 'supervisor', 'team_lead', 'agent')),
    password_hash text NOT NULL,
    active        boolean NOT NULL DEFAULT true,
    version       bigint NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX users_email_key ON users (tenant_id, lower(email));
-- Login knows an address, not a tenant.
CREATE INDEX users_login ON users (lower(email));
SELECT isolate_by_tenant('users');

-- One row per refresh token. A token that is presented twice was stolen: its whole session is revoked.
CREATE TABLE refresh_tokens (
    tenant_id  uuid NOT NULL,
    token_hash bytea NOT NULL,
    session_id uuid NOT NULL,
    user_id    uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, token_hash),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (tenant_id, session_id);
CREATE INDEX refresh_tokens_user ON refresh_tokens (tenant_id, user_id);
CREATE INDEX refresh_tokens_age ON refresh_tokens (expires_at);
SELECT isolate_by_tenant('refresh_tokens');

-- Results of creating requests, so that a repeated request gets the first answer instead of a second effect.
CREATE TABLE idempotency_keys (
    tenant_id       uuid NOT NULL,
    user_id         uuid NOT NULL,
    key             text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request_hash    bytea NOT NULL,
    response_status smallint,
    response_body   jsonb,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_id, key),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
SELECT isolate_by_tenant('idempotency_keys');

---------------------------------------------------------------------------------------------------------------------
-- The platform: plugins and keys, which belong to no tenant

CREATE TABLE plugin_artifacts (
    sha256     bytea PRIMARY KEY,
    wasm       bytea NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TABLE plugins (
    id           text PRIMARY KEY,
    version      text NOT NULL,
    sha256       bytea NOT NULL REFERENCES plugin_artifacts,
    manifest     jsonb NOT NULL,
    installed_at timestamptz NOT NULL
);
-- Data keys, wrapped by the master key, which is never in the database.
CREATE TABLE data_keys (
    id         uuid PRIMARY KEY,
    wrapped    bytea NOT NULL,
    created_at timestamptz NOT NULL
);
-- Secrets of the installation itself, such as the key that signs access tokens.
CREATE TABLE platform_secrets (
    name       text PRIMARY KEY,
    sealed     bytea NOT NULL,
    created_at timestamptz NOT NULL
);
GRANT SELECT, INSERT ON plugin_artifacts TO signalbox_app;
GRANT SELECT, INSERT, UPDATE ON plugins, data_keys, platform_secrets TO signalbox_app;
GRANT SELECT ON plugins TO signalbox_definer;

---------------------------------------------------------------------------------------------------------------------
-- Endpoints and connections

-- Where a provider posts. Without a tenant it is shared: an app of the operator that serves accounts of many tenants.
CREATE TABLE endpoints (
    id         uuid PRIMARY KEY,
    tenant_id  uuid REFERENCES tenants,
    key        text NOT NULL UNIQUE CHECK (key ~ '^[A-Za-z0-9_-]{16,64}$'),
    plugin_id  text NOT NULL REFERENCES plugins,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    created_at timestamptz NOT NULL
);
CREATE INDEX endpoints_tenant ON endpoints (tenant_id);
SELECT isolate_by_tenant('endpoints');

CREATE TABLE endpoint_secrets (
    endpoint_id uuid NOT NULL REFERENCES endpoints ON DELETE CASCADE,
    tenant_id   uuid,
    name        text NOT NULL,
    sealed      bytea NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (endpoint_id, name)
);
SELECT isolate_by_tenant('endpoint_secrets');

-- One account or number of one tenant.
CREATE TABLE connections (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    id          uuid NOT NULL,
    endpoint_id uuid NOT NULL REFERENCES endpoints,
    plugin_id   text NOT NULL REFERENCES plugins,
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    settings    jsonb NOT NULL,
    status      text NOT NULL CHECK (status IN ('active', 'disabled', 'needs_reauth')),
    status_reason text,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT isolate_by_tenant('connections');

CREATE TABLE connection_secrets (
    tenant_id     uuid NOT NULL,
    connection_id uuid NOT NULL,
    name          text NOT NULL,
    sealed        bytea NOT NULL,
    updated_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, name),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
);
SELECT isolate_by_tenant('connection_secrets');

-- Which accounts of a request concern which connection. Unique within the endpoint, whose app secret vouches for the
-- accounts it names: an account claimed at another endpoint gets nothing from this one.
CREATE TABLE connection_accounts (
    tenant_id     uuid NOT NULL,
    connection_id uuid NOT NULL,
    endpoint_id   uuid NOT NULL REFERENCES endpoints,
    account       text NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, account),
    UNIQUE (endpoint_id, account),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
);
SELECT isolate_by_tenant('connection_accounts');

-- Message templates that the provider has approved, as last read from it.
CREATE TABLE templates (
    tenant_id     uuid NOT NULL,
    connection_id uuid NOT NULL,
    name          text NOT NULL,
    language      text NOT NULL,
    status        text NOT NULL,
    category      text,
    body          text,
    components    jsonb NOT NULL,
    synced_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, name, language),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
);
SELECT isolate_by_tenant('templates');

---------------------------------------------------------------------------------------------------------------------
-- Deliveries

-- One webhook request as far as it concerns one connection. `body` is the bytes as received, unless the request
-- covered several connections (`partial`): then it is cut down to this one.
CREATE TABLE deliveries (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    connection_id uuid NOT NULL,
    endpoint_id   uuid NOT NULL,
    dedupe_key    text NOT NULL,
    method        text NOT NULL,
    query         text NOT NULL,
    headers       jsonb NOT NULL,
    body          bytea NOT NULL,
    partial       boolean NOT NULL,
    outcome       text NOT NULL DEFAULT 'received' CHECK (outcome IN ('received', 'processed', 'failed', 'parked')),
    reason        text,
    trace_id      text NOT NULL,
    received_at   timestamptz NOT NULL,
    processed_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, connection_id, dedupe_key),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
-- Room to note the outcome beside the row: with no index on what changes then, no index is written (HOT).
) WITH (fillfactor = 60);
-- What did not work has a reason. What has not been processed has a job.
CREATE INDEX deliveries_troubled ON deliveries (tenant_id, id) WHERE reason IS NOT NULL;
CREATE INDEX deliveries_age ON deliveries USING brin (received_at);
SELECT isolate_by_tenant('deliveries');

-- Signed requests for accounts that no connection has claimed yet. They wait for the connection, or for the operator.
CREATE TABLE unrouted_deliveries (
    id          uuid PRIMARY KEY,
    endpoint_id uuid NOT NULL REFERENCES endpoints ON DELETE CASCADE,
    account     text,
    thread      text,
    dedupe_key  text NOT NULL,
    method      text NOT NULL,
    query       text NOT NULL,
    headers     jsonb NOT NULL,
    body        bytea NOT NULL,
    partial     boolean NOT NULL,
    reason      text NOT NULL,
    trace_id    text NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX unrouted_deliveries_once ON unrouted_deliveries (endpoint_id, coalesce(account, ''), dedupe_key);
-- No policy: only the definer functions below reach it.
GRANT SELECT, INSERT, DELETE ON unrouted_deliveries TO signalbox_definer;

---------------------------------------------------------------------------------------------------------------------
-- Contacts and conversations

CREATE TABLE contacts (
    tenant_id         uuid NOT NULL REFERENCES tenants,
    id                uuid NOT NULL,
    name              text CHECK (length(name) <= 255),
    phone             text CHECK (length(phone) <= 50),
    custom_attributes jsonb NOT NULL DEFAULT '{}',
    opted_out_at      timestamptz,
    version           bigint NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX contacts_recent ON contacts (tenant_id, created_at DESC, id DESC);
SELECT isolate_by_tenant('contacts');

-- One address of a contact. `kind` and `value` are the channel's words (for WhatsApp: bsuid, phone).
CREATE TABLE identities (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    contact_id uuid NOT NULL,
    channel    text NOT NULL,
    kind       text NOT NULL,
    value      text NOT NULL CHECK (length(value) <= 255),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, channel, kind, value),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts ON DELETE CASCADE
);
CREATE INDEX identities_contact ON identities (tenant_id, contact_id);
SELECT isolate_by_tenant('identities');

CREATE TABLE conversations (
    tenant_id          uuid NOT NULL,
    id                 uuid NOT NULL,
    type               text NOT NULL CHECK (type = 'support'),
    contact_id         uuid NOT NULL,
    connection_id      uuid NOT NULL,
    channel            text NOT NULL CHECK (length(channel) <= 50),
    -- The provider's thread, such as a group; NULL for a plain conversation with one contact.
    thread             text,
    status             text NOT NULL CHECK (status IN ('new', 'queued', 'open', 'pending', 'snoozed', 'resolved', 'closed')),
    priority           text NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    assignee_id        uuid,
    escalated_at       timestamptz,
    -- Numbers the conversation's stream of the event log without gaps, under this row's lock.
    event_seq          bigint NOT NULL DEFAULT 0,
    message_count      integer NOT NULL DEFAULT 0,
    unread_count       integer NOT NULL DEFAULT 0,
    last_message_at    timestamptz,
    last_message_preview text,
    last_direction     text,
    -- The last message of the contact, which opens the provider's service window.
    last_inbound_at    timestamptz,
    first_response_at  timestamptz,
    resolved_at        timestamptz,
    -- Lower-cased contact name and last message, for search.
    search_text        text NOT NULL DEFAULT '',
    version            bigint NOT NULL DEFAULT 1,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts,
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections,
    FOREIGN KEY (tenant_id, assignee_id) REFERENCES users
) WITH (fillfactor = 80);
-- At most one conversation that is not closed per contact, connection and thread.
CREATE UNIQUE INDEX conversations_current ON conversations (tenant_id, connection_id, contact_id, coalesce(thread, ''))
    WHERE status <> 'closed';
CREATE INDEX conversations_recent ON conversations (tenant_id, updated_at DESC, id DESC);
CREATE INDEX conversations_by_status ON conversations (tenant_id, status, updated_at DESC, id DESC);
CREATE INDEX conversations_by_assignee ON conversations (tenant_id, assignee_id, updated_at DESC, id DESC);
CREATE INDEX conversations_by_contact ON conversations (tenant_id, contact_id);
CREATE INDEX conversations_search ON conversations USING gin (search_text gin_trgm_ops);
SELECT isolate_by_tenant('conversations');

CREATE TABLE messages (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    conversation_id uuid NOT NULL,
    connection_id   uuid NOT NULL,
    direction       text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    sender_kind     text NOT NULL CHECK (sender_kind IN ('contact', 'user', 'automation', 'external')),
    -- The user or the rule that wrote it.
    sender_id       uuid,
    content_type    text NOT NULL CHECK (length(content_type) <= 30),
    content         jsonb NOT NULL,
    preview         text NOT NULL,
    -- The provider's id; an outbound message gets it with the provider's answer.
    external_id     text,
    reply_to        text,
    -- What made it, such as `rule:event:action`: the same origin never makes a second message.
    origin_key      text,
    status          text NOT NULL CHECK (status IN
                        ('received', 'queued', 'sending', 'unconfirmed', 'sent', 'failed', 'delivered', 'read')),
    error           jsonb,
    -- The run that is sending it, so that a run that lost its lease cannot record an outcome.
    send_token      uuid,
    -- Messages are listed by provider time, then delivery, then position in its body.
    occurred_at     timestamptz NOT NULL,
    delivery_id     uuid,
    position        integer NOT NULL DEFAULT 0,
    -- Whatever else the channel told: forwarded, referral, referred product.
    metadata        jsonb NOT NULL DEFAULT '{}',
    edited_at       timestamptz,
    deleted_at      timestamptz,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX messages_external ON messages (tenant_id, connection_id, external_id);
CREATE UNIQUE INDEX messages_origin ON messages (tenant_id, origin_key);
CREATE INDEX messages_thread ON messages (tenant_id, conversation_id, occurred_at, delivery_id, position, id);
SELECT isolate_by_tenant('messages');

CREATE TABLE reactions (
    tenant_id     uuid NOT NULL,
    connection_id uuid NOT NULL,
    -- The provider's id of the message reacted to, which may not have arrived yet.
    target        text NOT NULL,
    contact_id    uuid NOT NULL,
    emoji         text,
    external_id   text NOT NULL,
    occurred_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, target, contact_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts ON DELETE CASCADE
);
SELECT isolate_by_tenant('reactions');

-- Statuses, edits and revocations that came before the message they speak of is known.
CREATE TABLE early_updates (
    tenant_id     uuid NOT NULL,
    connection_id uuid NOT NULL,
    external_id   text NOT NULL,
    -- `status:delivered`, `edit`, `revoke`: one row each, however often it is delivered.
    kind          text NOT NULL,
    data          jsonb NOT NULL,
    received_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, external_id, kind),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE
);
CREATE INDEX early_updates_age ON early_updates (received_at);
SELECT isolate_by_tenant('early_updates');

CREATE TABLE conversation_tags (
    tenant_id       uuid NOT NULL,
    conversation_id uuid NOT NULL,
    tag             text NOT NULL CHECK (length(tag) BETWEEN 1 AND 100),
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, conversation_id, tag),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
);
CREATE INDEX conversation_tags_by_tag ON conversation_tags (tenant_id, tag, conversation_id);
SELECT isolate_by_tenant('conversation_tags');

---------------------------------------------------------------------------------------------------------------------
-- The event log and rules

CREATE TABLE events (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    kind            text NOT NULL,
    conversation_id uuid,
    seq             bigint,
    contact_id      uuid,
    actor           jsonb NOT NULL,
    data            jsonb NOT NULL,
    -- The event whose rule caused this one, and how long that chain is.
    causation_id    uuid,
    depth           smallint NOT NULL DEFAULT 0,
    trace_id        text,
    occurred_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CHECK ((conversation_id IS NULL) = (seq IS NULL))
);
CREATE UNIQUE INDEX events_stream ON events (tenant_id, conversation_id, seq) WHERE conversation_id IS NOT NULL;
SELECT isolate_by_tenant('events');
-- A log is appended to, never rewritten.
REVOKE UPDATE, DELETE ON events FROM signalbox_app;

CREATE TABLE rules (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    id          uuid NOT NULL,
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    description text NOT NULL DEFAULT '',
    enabled     boolean NOT NULL,
    position    integer NOT NULL,
    -- The event kind that triggers it, and what the event's data holds at least: taken from the definition.
    event_kind  text NOT NULL,
    event_data  jsonb NOT NULL,
    definition  jsonb NOT NULL,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX rules_by_event ON rules (tenant_id, event_kind, position) WHERE enabled;
SELECT isolate_by_tenant('rules');

CREATE TABLE rule_runs (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    rule_id         uuid NOT NULL,
    rule_version    bigint NOT NULL,
    event_id        uuid NOT NULL,
    conversation_id uuid,
    outcome         text NOT NULL,
    -- What a rule that acts only once has acted on, such as `contact:<id>`; only runs that acted have it.
    once_key        text,
    trace           jsonb NOT NULL,
    actions         jsonb NOT NULL,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, rule_id, event_id),
    UNIQUE (tenant_id, rule_id, once_key),
    FOREIGN KEY (tenant_id, rule_id) REFERENCES rules ON DELETE CASCADE
);
CREATE INDEX rule_runs_conversation ON rule_runs (tenant_id, conversation_id, id DESC);
SELECT isolate_by_tenant('rule_runs');

-- Whether the schema is the one a process was built for is asked at its start.
DO $$ BEGIN
    IF to_regclass('_sqlx_migrations') IS NOT NULL THEN
        GRANT SELECT ON _sqlx_migrations TO signalbox_app;
    END IF;
END $$;
