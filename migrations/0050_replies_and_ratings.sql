-- What agents say and do again and again, what customers think of it, and what leads learn from it.
SET LOCAL lock_timeout = '1s';

-- A text that is put into a reply. Somebody's own, a team's, or everybody's.
CREATE TABLE canned_responses (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    id         uuid NOT NULL,
    -- What is typed behind a slash.
    shortcut   text NOT NULL CHECK (shortcut ~ '^[a-z0-9][a-z0-9_-]{0,49}$'),
    title      text NOT NULL CHECK (length(title) BETWEEN 1 AND 255),
    text       text NOT NULL CHECK (length(text) BETWEEN 1 AND 10000),
    team_id    uuid,
    owner_id   uuid,
    version    bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES teams ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, owner_id) REFERENCES users ON DELETE CASCADE,
    CHECK (team_id IS NULL OR owner_id IS NULL)
);
-- The same shortcut may mean one thing for everybody and another for a team.
CREATE UNIQUE INDEX canned_responses_shortcut_key ON canned_responses
    (tenant_id, coalesce(team_id, owner_id, '00000000-0000-0000-0000-000000000000'), shortcut);
SELECT isolate_by_tenant('canned_responses');

-- Several things that are done with a conversation at once.
CREATE TABLE macros (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    id          uuid NOT NULL,
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    description text NOT NULL DEFAULT '' CHECK (length(description) <= 1000),
    actions     jsonb NOT NULL,
    team_id     uuid,
    owner_id    uuid,
    version     bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES teams ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, owner_id) REFERENCES users ON DELETE CASCADE,
    CHECK (team_id IS NULL OR owner_id IS NULL)
);
CREATE UNIQUE INDEX macros_name_key ON macros
    (tenant_id, coalesce(team_id, owner_id, '00000000-0000-0000-0000-000000000000'), lower(name));
SELECT isolate_by_tenant('macros');

-- A customer is asked what they think of a conversation, and answers once: through the link, or by a digit in the
-- channel.
CREATE TABLE surveys (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    conversation_id uuid NOT NULL,
    -- Of the link's secret.
    token_hash      bytea NOT NULL,
    asked_at        timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    -- The message that asked, where the channel was told.
    message_id      uuid,
    rating          smallint CHECK (rating BETWEEN 1 AND 5),
    comment         text CHECK (length(comment) <= 5000),
    answered_at     timestamptz,
    -- `link` or `channel`.
    answered_by     text CHECK (answered_by IN ('link', 'channel')),
    -- Who had the conversation when it was asked.
    user_id         uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations ON DELETE CASCADE,
    CHECK ((rating IS NULL) = (answered_at IS NULL))
);
CREATE INDEX surveys_by_conversation ON surveys (tenant_id, conversation_id, asked_at DESC);
CREATE UNIQUE INDEX surveys_token ON surveys (token_hash);
SELECT isolate_by_tenant('surveys');

-- A link names no tenant.
CREATE FUNCTION find_survey(wanted bytea)
    RETURNS TABLE (tenant_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.tenant_id, s.id FROM surveys s WHERE s.token_hash = wanted
$$;
SELECT grant_to_app('find_survey(bytea)');

-- What a lead writes down about a conversation, for whoever had it.
CREATE TABLE conversation_reviews (
    tenant_id        uuid NOT NULL,
    id               uuid NOT NULL,
    conversation_id  uuid NOT NULL,
    reviewer_id      uuid NOT NULL,
    text             text NOT NULL CHECK (length(text) BETWEEN 1 AND 10000),
    -- To learn from.
    is_training_case boolean NOT NULL,
    created_at       timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, reviewer_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX conversation_reviews_by_conversation ON conversation_reviews (tenant_id, conversation_id, created_at);
CREATE INDEX conversation_reviews_for_training ON conversation_reviews (tenant_id, created_at DESC) WHERE is_training_case;
SELECT isolate_by_tenant('conversation_reviews');
