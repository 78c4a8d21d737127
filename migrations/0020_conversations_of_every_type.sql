-- Support conversations, team channels, direct messages and internal tickets in one table, and what hangs on them.
SET LOCAL lock_timeout = '1s';

---------------------------------------------------------------------------------------------------------------------
-- Brands

-- What a tenant shows its customers as, where it shows more than one face.
CREATE TABLE brands (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    key        text NOT NULL CHECK (key ~ '^[a-z0-9][a-z0-9_-]{0,49}$'),
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, key)
);
SELECT isolate_by_tenant('brands');

ALTER TABLE connections ADD COLUMN brand text;
ALTER TABLE connections ADD CONSTRAINT connections_brand_fkey FOREIGN KEY (tenant_id, brand) REFERENCES brands NOT VALID;
-- The team whose queue new conversations of a connection wait in.
ALTER TABLE connections ADD COLUMN team_id uuid;
ALTER TABLE connections ADD CONSTRAINT connections_team_fkey FOREIGN KEY (tenant_id, team_id) REFERENCES teams NOT VALID;

---------------------------------------------------------------------------------------------------------------------
-- Conversations

ALTER TABLE conversations DROP CONSTRAINT conversations_type_check;
ALTER TABLE conversations ADD CONSTRAINT conversations_type_check
    CHECK (type IN ('support', 'team_channel', 'direct_message', 'internal_ticket')) NOT VALID;
ALTER TABLE conversations DROP CONSTRAINT conversations_status_check;
ALTER TABLE conversations ADD CONSTRAINT conversations_status_check CHECK (CASE type
        WHEN 'support' THEN status IN ('new', 'queued', 'open', 'pending', 'snoozed', 'resolved', 'closed')
        WHEN 'internal_ticket' THEN status IN ('open', 'in_progress', 'resolved', 'closed')
        ELSE status IN ('active', 'archived') END) NOT VALID;

-- A customer at the other end, over an account of ours: support conversations have both, others neither.
ALTER TABLE conversations ALTER COLUMN contact_id DROP NOT NULL;
ALTER TABLE conversations ALTER COLUMN connection_id DROP NOT NULL;
ALTER TABLE conversations ALTER COLUMN channel DROP NOT NULL;
ALTER TABLE conversations ADD CONSTRAINT conversations_counterpart_check
    CHECK ((type = 'support') = (contact_id IS NOT NULL) AND (type = 'support') = (connection_id IS NOT NULL)
           AND (type = 'support') = (channel IS NOT NULL)) NOT VALID;

ALTER TABLE conversations
    -- The address of the contact that it began with.
    ADD COLUMN identity_id uuid,
    ADD COLUMN brand text,
    ADD COLUMN team_id uuid,
    -- Since when it waits in the queue of its team, or of none; NULL while somebody has it or nobody has to.
    ADD COLUMN queued_at timestamptz,
    ADD COLUMN category text CHECK (length(category) <= 100),
    -- The subject of a support conversation or ticket, the name of a channel.
    ADD COLUMN title text CHECK (length(title) BETWEEN 1 AND 255),
    ADD COLUMN slug text CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,254}$'),
    ADD COLUMN description text CHECK (length(description) <= 10000),
    -- Whether a channel is for its members alone.
    ADD COLUMN is_private boolean NOT NULL DEFAULT false,
    ADD COLUMN ticket_number text CHECK (length(ticket_number) <= 20),
    ADD COLUMN requester_id uuid,
    -- The support conversation that a ticket came from.
    ADD COLUMN linked_conversation_id uuid,
    ADD COLUMN created_by uuid,
    ADD COLUMN snoozed_until timestamptz,
    ADD COLUMN close_reason text CHECK (length(close_reason) <= 100),
    -- Out of the lists, whatever its status.
    ADD COLUMN archived_at timestamptz,
    -- The conversation that its messages went to.
    ADD COLUMN merged_into uuid,
    -- What the customer thought of it, 1 to 5.
    ADD COLUMN csat_rating smallint CHECK (csat_rating BETWEEN 1 AND 5),
    -- Messages that the contact can see and did not write: what their own counter of unread ones goes by.
    ADD COLUMN outbound_count integer NOT NULL DEFAULT 0,
    ADD COLUMN custom_attributes jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN metadata jsonb NOT NULL DEFAULT '{}';
ALTER TABLE conversations ADD CONSTRAINT conversations_brand_fkey
    FOREIGN KEY (tenant_id, brand) REFERENCES brands NOT VALID;
ALTER TABLE conversations ADD CONSTRAINT conversations_team_fkey
    FOREIGN KEY (tenant_id, team_id) REFERENCES teams NOT VALID;
ALTER TABLE conversations ADD CONSTRAINT conversations_requester_fkey
    FOREIGN KEY (tenant_id, requester_id) REFERENCES users NOT VALID;
ALTER TABLE conversations ADD CONSTRAINT conversations_ticket_check
    CHECK ((type = 'internal_ticket') = (ticket_number IS NOT NULL)
           AND (type = 'internal_ticket') = (requester_id IS NOT NULL)) NOT VALID;
ALTER TABLE conversations ADD CONSTRAINT conversations_channel_slug_check
    CHECK ((type = 'team_channel') = (slug IS NOT NULL)) NOT VALID;
ALTER TABLE conversations ADD CONSTRAINT conversations_snooze_check
    CHECK (status = 'snoozed' OR snoozed_until IS NULL) NOT VALID;

-- Who, besides those who take part, sees a conversation. `reach` is what the person's permissions reach to: queues,
-- teams or everything. Simple enough to be taken into the statements that ask it.
CREATE FUNCTION in_sight(kind text, is_private boolean, team uuid, assignee uuid, requester uuid,
                         viewer uuid, teams uuid[], reach text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE kind
        WHEN 'support' THEN assignee = viewer
            OR (reach <> 'queues' OR assignee IS NULL) AND (reach = 'everything' OR team IS NULL OR team = ANY (teams))
        WHEN 'internal_ticket' THEN requester = viewer OR assignee = viewer
            OR reach = 'everything' OR team = ANY (teams)
        WHEN 'team_channel' THEN NOT is_private
        ELSE false END;
GRANT EXECUTE ON FUNCTION in_sight(text, boolean, uuid, uuid, uuid, uuid, uuid[], text)
    TO signalbox_app, signalbox_definer;

---------------------------------------------------------------------------------------------------------------------
-- Who takes part, and what they have read

CREATE TABLE conversation_participants (
    tenant_id            uuid NOT NULL,
    conversation_id      uuid NOT NULL,
    user_id              uuid NOT NULL,
    role                 text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'observer')),
    -- Here because the conversation is theirs to answer, and only as long.
    as_assignee          boolean NOT NULL DEFAULT false,
    joined_at            timestamptz NOT NULL,
    left_at              timestamptz,
    last_read_at         timestamptz,
    last_read_message_id uuid,
    -- How many of the conversation's messages they have read or written: the rest is unread. A message therefore
    -- changes the row of its author and no other.
    seen_count           integer NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, conversation_id, user_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX conversation_participants_by_user ON conversation_participants (tenant_id, user_id, conversation_id)
    WHERE left_at IS NULL;
SELECT isolate_by_tenant('conversation_participants');

-- The two people of a direct message, the lower id first: there is one conversation between them.
CREATE TABLE direct_messages (
    tenant_id       uuid NOT NULL,
    first_user_id   uuid NOT NULL,
    second_user_id  uuid NOT NULL,
    conversation_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, first_user_id, second_user_id),
    -- The pair is claimed before the conversation is made.
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    CHECK (first_user_id < second_user_id)
);
SELECT isolate_by_tenant('direct_messages');

---------------------------------------------------------------------------------------------------------------------
-- Tickets

-- The next number under a prefix, taken under the row's lock by the transaction that makes the ticket: no gap, no twin.
CREATE TABLE ticket_sequences (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    prefix      text NOT NULL CHECK (length(prefix) <= 10),
    next_number bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, prefix)
);
SELECT isolate_by_tenant('ticket_sequences');

---------------------------------------------------------------------------------------------------------------------
-- Assignment

-- Who had a conversation from when to when. The last row of a conversation is open while somebody has it.
CREATE TABLE conversation_assignments (
    tenant_id       uuid NOT NULL,
    conversation_id uuid NOT NULL,
    id              uuid NOT NULL,
    team_id         uuid,
    user_id         uuid NOT NULL,
    assigned_by     jsonb NOT NULL,
    -- How it came to them: by hand, taken, round robin, least busy.
    method          text NOT NULL CHECK (method IN ('manual', 'taken', 'round_robin', 'least_busy', 'rule')),
    -- How long it had waited in the queue.
    waited_ms       bigint,
    assigned_at     timestamptz NOT NULL,
    unassigned_at   timestamptz,
    PRIMARY KEY (tenant_id, conversation_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations ON DELETE CASCADE,
    CHECK (unassigned_at >= assigned_at)
);
CREATE UNIQUE INDEX conversation_assignments_current ON conversation_assignments (tenant_id, conversation_id)
    WHERE unassigned_at IS NULL;
CREATE INDEX conversation_assignments_by_user ON conversation_assignments (tenant_id, user_id, assigned_at DESC);
SELECT isolate_by_tenant('conversation_assignments');

-- Whether a person is there, as they or their client said last. It lapses by itself.
CREATE TABLE user_presence (
    tenant_id               uuid NOT NULL,
    user_id                 uuid NOT NULL,
    status                  text NOT NULL CHECK (status IN ('online', 'away', 'offline')),
    status_text             text CHECK (length(status_text) <= 255),
    current_conversation_id uuid,
    seen_at                 timestamptz NOT NULL,
    expires_at              timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE
);
SELECT isolate_by_tenant('user_presence');

---------------------------------------------------------------------------------------------------------------------
-- Merging

-- One conversation that went into another, and what is needed to take that back.
CREATE TABLE conversation_merges (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    source_id  uuid NOT NULL,
    target_id  uuid NOT NULL,
    -- The state of both before.
    before     jsonb NOT NULL,
    merged_by  jsonb NOT NULL,
    merged_at  timestamptz NOT NULL,
    undone_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, source_id) REFERENCES conversations ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, target_id) REFERENCES conversations ON DELETE CASCADE,
    CHECK (source_id <> target_id)
);
CREATE UNIQUE INDEX conversation_merges_current ON conversation_merges (tenant_id, source_id) WHERE undone_at IS NULL;
CREATE INDEX conversation_merges_by_target ON conversation_merges (tenant_id, target_id);
SELECT isolate_by_tenant('conversation_merges');

---------------------------------------------------------------------------------------------------------------------
-- Messages

ALTER TABLE messages DROP CONSTRAINT messages_direction_check;
ALTER TABLE messages ADD CONSTRAINT messages_direction_check
    CHECK (direction IN ('inbound', 'outbound', 'internal')) NOT VALID;
ALTER TABLE messages DROP CONSTRAINT messages_sender_kind_check;
ALTER TABLE messages ADD CONSTRAINT messages_sender_kind_check
    CHECK (sender_kind IN ('contact', 'user', 'automation', 'external', 'system')) NOT VALID;
-- What stays in the house goes over no account.
ALTER TABLE messages ALTER COLUMN connection_id DROP NOT NULL;
ALTER TABLE messages ADD CONSTRAINT messages_connection_check
    CHECK ((direction = 'internal') = (connection_id IS NULL)) NOT VALID;
ALTER TABLE messages
    -- The message that it is said under, and how many are said under it.
    ADD COLUMN thread_id uuid,
    ADD COLUMN reply_count integer NOT NULL DEFAULT 0,
    ADD COLUMN mentions uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN pinned_at timestamptz,
    ADD COLUMN pinned_by uuid,
    -- The merge that brought it here.
    ADD COLUMN merge_id uuid;

-- The reactions of people among themselves, beside those of contacts: one of each to a message.
CREATE TABLE message_reactions (
    tenant_id  uuid NOT NULL,
    message_id uuid NOT NULL,
    user_id    uuid NOT NULL,
    emoji      text NOT NULL CHECK (length(emoji) BETWEEN 1 AND 32),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, message_id, user_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES messages ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE
);
SELECT isolate_by_tenant('message_reactions');

---------------------------------------------------------------------------------------------------------------------
-- Tags

-- What is known about tags beyond their names. A tag that is not here is anybody's.
CREATE TABLE tags (
    tenant_id  uuid NOT NULL REFERENCES tenants,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    -- For this team's people alone.
    team_id    uuid,
    color      text CHECK (color ~ '^#[0-9a-f]{6}$'),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, name),
    FOREIGN KEY (tenant_id, team_id) REFERENCES teams ON DELETE CASCADE
);
SELECT isolate_by_tenant('tags');

---------------------------------------------------------------------------------------------------------------------
-- Fields of the tenant's own making

CREATE TABLE attribute_definitions (
    tenant_id   uuid NOT NULL REFERENCES tenants,
    -- What has the field.
    owner       text NOT NULL CHECK (owner IN ('conversation', 'contact', 'company')),
    key         text NOT NULL CHECK (key ~ '^[A-Za-z_][A-Za-z0-9_]{0,62}$'),
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    kind        text NOT NULL CHECK (kind IN ('text', 'number', 'boolean', 'date', 'choice', 'choices', 'link')),
    -- What may be chosen.
    options     text[] NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, owner, key)
);
SELECT isolate_by_tenant('attribute_definitions');
