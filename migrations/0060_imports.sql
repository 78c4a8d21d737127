-- What was brought over from other systems: how far each import has come, and what became of each object. See
-- docs/import.md.
SET LOCAL lock_timeout = '1s';

CREATE TABLE imports (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    id          uuid NOT NULL,
    -- The system that it comes from, as the operator calls it: ids are that system's.
    source      text NOT NULL CHECK (length(source) BETWEEN 1 AND 50),
    -- `interrupted`: another one has begun since.
    state       text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'finished', 'interrupted')),
    -- How many lines are done.
    lines       bigint NOT NULL DEFAULT 0,
    -- What became of them, by type and outcome.
    counts      jsonb NOT NULL DEFAULT '{}',
    started_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
-- One at a time from each system.
CREATE UNIQUE INDEX imports_running ON imports (tenant_id, source) WHERE state = 'running';
SELECT isolate_by_tenant('imports');

-- What an object of another system has become here. Its line is known by its hash, so that the same line changes nothing.
CREATE TABLE import_items (
    tenant_id uuid NOT NULL REFERENCES tenants,
    source    text NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('company', 'contact', 'conversation', 'message', 'note')),
    source_id text NOT NULL CHECK (length(source_id) BETWEEN 1 AND 200),
    -- The company, contact, conversation or message, which may have been deleted since.
    target_id uuid NOT NULL,
    digest    bytea NOT NULL,
    -- What the import left behind: a company's or contact's version, a conversation's last event. Whatever is further
    -- has been changed by others, and is theirs.
    version   bigint,
    -- What there is to be said about it in reports: codes, separated by commas.
    notes     text NOT NULL,
    PRIMARY KEY (tenant_id, source, kind, source_id)
);
SELECT isolate_by_tenant('import_items');
