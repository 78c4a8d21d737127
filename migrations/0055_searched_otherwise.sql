-- What `find_conversations` and `find_contacts` took the place of.
SET LOCAL lock_timeout = '1s';
DROP INDEX conversations_search;
DROP INDEX contacts_search;
