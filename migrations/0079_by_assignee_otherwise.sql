-- What 0076 and 0077 took the place of.
SET LOCAL lock_timeout = '1s';
DROP INDEX conversations_by_assignee;
