-- What new conversations are asked before they wait for somebody, and how far each is.
SET LOCAL lock_timeout = '1s';

-- Of a connection, or of a brand; a connection's own comes before that of its brand.
CREATE TABLE triage_flows (
    tenant_id     uuid NOT NULL REFERENCES tenants,
    id            uuid NOT NULL,
    connection_id uuid,
    brand         text,
    definition    jsonb NOT NULL,
    updated_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, brand) REFERENCES brands ON DELETE CASCADE,
    CHECK ((connection_id IS NULL) <> (brand IS NULL))
);
CREATE UNIQUE INDEX triage_flows_connection_key ON triage_flows (tenant_id, connection_id);
CREATE UNIQUE INDEX triage_flows_brand_key ON triage_flows (tenant_id, brand);
SELECT isolate_by_tenant('triage_flows');

CREATE TABLE triage_runs (
    tenant_id       uuid NOT NULL,
    conversation_id uuid NOT NULL,
    -- The flow as it was when this began: what is changed since is for others.
    flow            jsonb NOT NULL,
    -- What was asked last; NULL once it is over.
    state           jsonb,
    started_at      timestamptz NOT NULL,
    deadline        timestamptz NOT NULL,
    ended_at        timestamptz,
    -- What came of it, and why.
    team_id         uuid,
    reason          text CHECK (reason IN ('chosen', 'unasked', 'unclear', 'human', 'timeout', 'person')),
    PRIMARY KEY (tenant_id, conversation_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations ON DELETE CASCADE,
    CHECK ((state IS NULL) = (ended_at IS NOT NULL)),
    CHECK ((ended_at IS NULL) = (reason IS NULL))
);
SELECT isolate_by_tenant('triage_runs');
