-- no-transaction
-- Those who take part without having the conversation: few beside the others, and asked for in every list.
CREATE INDEX CONCURRENTLY conversation_participants_by_choice
    ON conversation_participants (tenant_id, user_id, conversation_id) WHERE left_at IS NULL AND NOT as_assignee;
