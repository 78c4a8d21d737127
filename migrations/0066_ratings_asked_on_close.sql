-- Whether customers are asked what they think when a conversation is closed, and how.
SET LOCAL lock_timeout = '1s';

ALTER TABLE tenant_settings
    ADD COLUMN ask_for_rating boolean NOT NULL DEFAULT false,
    -- With `{link}` where the link stands; without it a plain question.
    ADD COLUMN rating_question text CHECK (length(rating_question) BETWEEN 1 AND 2000);
