-- Whoever is busy is there, and is not to be given anything.
SET LOCAL lock_timeout = '1s';

-- One row per person: the check is looked up at once.
ALTER TABLE user_presence
    DROP CONSTRAINT user_presence_status_check,
    ADD CONSTRAINT user_presence_status_check CHECK (status IN ('online', 'away', 'busy', 'offline'));
