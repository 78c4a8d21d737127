-- Teams, and roles of a tenant's own making beside the four built-in ones.
SET LOCAL lock_timeout = '1s';

CREATE TABLE roles (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    id          uuid NOT NULL,
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 50),
    description text NOT NULL DEFAULT '' CHECK (length(description) <= 1000),
    -- Names as the API spells them. One that this version of the product does not know allows nothing.
    permissions text[] NOT NULL,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX roles_name_key ON roles (tenant_id, lower(name));
SELECT isolate_by_tenant('roles');

-- Either a built-in role by its name, or one of the tenant's own.
ALTER TABLE users ADD COLUMN role_id uuid;
ALTER TABLE users ALTER COLUMN role DROP NOT NULL;
ALTER TABLE users ADD CONSTRAINT users_one_role CHECK ((role IS NULL) <> (role_id IS NULL)) NOT VALID;
ALTER TABLE users ADD CONSTRAINT users_role_id_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES roles NOT VALID;

CREATE TABLE teams (
    tenant_id     uuid NOT NULL REFERENCES tenants,
    id            uuid NOT NULL,
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 50),
    description   text NOT NULL DEFAULT '' CHECK (length(description) <= 1000),
    -- What the numbers of its tickets begin with, as in DEV-001. Teams may share one.
    ticket_prefix text NOT NULL CHECK (ticket_prefix ~ '^[A-Z][A-Z0-9]{0,9}$'),
    -- How a conversation in its queue finds somebody.
    assignment    text NOT NULL DEFAULT 'manual' CHECK (assignment IN ('manual', 'round_robin', 'least_busy')),
    -- How many conversations a member works on at once, before automatic assignment passes them by.
    capacity      integer CHECK (capacity > 0),
    version       bigint NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX teams_name_key ON teams (tenant_id, lower(name));
SELECT isolate_by_tenant('teams');

CREATE TABLE team_members (
    tenant_id        uuid NOT NULL,
    team_id          uuid NOT NULL,
    user_id          uuid NOT NULL,
    -- Their own, where it is not the team's.
    capacity         integer CHECK (capacity > 0),
    -- When automatic assignment last gave them something: whoever waited longest is next.
    last_assigned_at timestamptz,
    created_at       timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, team_id, user_id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES teams ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX team_members_by_user ON team_members (tenant_id, user_id);
SELECT isolate_by_tenant('team_members');
