-- A tenant's inbox of two years, for the settings `bench.tenant`, `bench.connection`, `bench.contacts`,
-- `bench.conversations` and `bench.long` (the messages of the longest conversation, which is number 0).
--
-- Made of numbers, so that every run has the same. Ids are the numbers, so that what is later has the greater one. Names
-- and texts are made of words of which few are frequent and most are rare, as in any language.
SET session_replication_role = replica;
SET synchronous_commit = off;
SET maintenance_work_mem = '1GB';

-- Half a random number below `below`, always the same for the same `n`.
CREATE FUNCTION pg_temp.pick(n bigint, below bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN (hashint8extended(n, 42) & 9223372036854775807) % below;
CREATE FUNCTION pg_temp.share(n bigint) RETURNS double precision LANGUAGE sql IMMUTABLE
    RETURN pg_temp.pick(n, 1000000) / 1000000.0;
CREATE FUNCTION pg_temp.an_id(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN (kind || '0000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid;
CREATE FUNCTION pg_temp.word(n bigint) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN (SELECT string_agg(substr('babebibodadedidofafefigagegokakekilaleliloma'
                                     'memimonanenipaperaresasesitatetovavewazemüläöf', 1 + 2 * pg_temp.pick(n * 8 + k, 45)::int, 2), '')
              FROM generate_series(1, 2 + n % 3) k) || CASE WHEN n > 2000 THEN chr(97 + (n % 26)::int) ELSE '' END;

CREATE TEMPORARY TABLE size AS
SELECT current_setting('bench.tenant')::uuid AS tenant, current_setting('bench.connection')::uuid AS connection,
       current_setting('bench.contacts')::bigint AS contacts,
       current_setting('bench.conversations')::bigint AS conversations,
       current_setting('bench.long')::bigint AS long, now() AS at;
-- Kept, for they are what is searched.
CREATE SCHEMA IF NOT EXISTS bench;
CREATE TABLE IF NOT EXISTS bench.words AS SELECT n, pg_temp.word(n) AS word FROM generate_series(0, 39999) n;
CREATE TEMPORARY VIEW words AS SELECT * FROM bench.words;
CREATE TEMPORARY TABLE sentences AS
SELECT s AS n, string_agg(word, ' ' ORDER BY k) AS said
  FROM (SELECT s, k, floor(40000 * power(pg_temp.share(s * 16 + k), 4))::int AS place
          FROM generate_series(0, 19999) s, generate_series(1, 4 + s % 9) k) places
  JOIN words ON n = place GROUP BY s;
ANALYZE bench.words, sentences;

INSERT INTO teams (tenant_id, id, name, ticket_prefix, created_at, updated_at)
SELECT tenant, pg_temp.an_id('5', n), 'Team ' || n, 'T' || n, at, at FROM size, generate_series(0, 7) n;
INSERT INTO users (tenant_id, id, email, name, role, password_hash, created_at, updated_at)
SELECT tenant, pg_temp.an_id('6', n), 'agent' || n || '@bench.example', 'Agent ' || n, 'agent', 'none', at, at
  FROM size, generate_series(0, 39) n;
INSERT INTO team_members (tenant_id, team_id, user_id, created_at)
SELECT tenant, pg_temp.an_id('5', n % 8), pg_temp.an_id('6', n), at FROM size, generate_series(0, 39) n;
INSERT INTO brands (tenant_id, key, name, created_at)
SELECT tenant, 'brand-' || n, 'Brand ' || n, at FROM size, generate_series(0, 2) n;
INSERT INTO tags (tenant_id, name, created_at)
SELECT tenant, 'tag-' || n, at FROM size, generate_series(0, 39) n;
INSERT INTO companies (tenant_id, id, name, created_at, updated_at)
SELECT tenant, pg_temp.an_id('4', n), initcap(word) || ' ' || n, at, at FROM size, words WHERE n < 2000;

INSERT INTO contacts (tenant_id, id, name, phone, email, brand, company_id, custom_attributes, created_at, updated_at)
SELECT tenant, pg_temp.an_id('1', c.n),
       initcap(first.word || ' ' || last.word),
       '+4915' || lpad(c.n::text, 9, '0'),
       CASE WHEN c.n % 3 = 0 THEN first.word || c.n || '@mail.example' END,
       'brand-' || c.n % 2, CASE WHEN c.n % 5 = 0 THEN pg_temp.an_id('4', pg_temp.pick(c.n, 2000)) END,
       CASE WHEN c.n % 10 = 0 THEN jsonb_build_object('plan', 'plan-' || pg_temp.pick(c.n, 20)) ELSE '{}' END,
       at - interval '730 days' * (1 - c.n::double precision / contacts), at
  FROM size CROSS JOIN generate_series(0, contacts - 1) c (n)
  JOIN words first ON first.n = pg_temp.pick(c.n, 400)
  JOIN words last ON last.n = 400 + pg_temp.pick(c.n + 7, 20000)
 ORDER BY c.n;
INSERT INTO identities (tenant_id, id, contact_id, channel, kind, value, created_at, verified_at)
SELECT tenant, pg_temp.an_id('7', n), pg_temp.an_id('1', n), 'whatsapp', 'phone', '+4915' || lpad(n::text, 9, '0'), at, at
  FROM size, generate_series(0, contacts - 1) n;

-- What is written over and over while the tables are filled, and quicker made at once.
CREATE TEMPORARY TABLE indexes AS
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
  FROM pg_index i
 WHERE indrelid IN ('conversations'::regclass, 'messages'::regclass, 'message_search'::regclass,
                    'conversation_tags'::regclass, 'conversation_participants'::regclass) AND NOT indisprimary;
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT i.name FROM indexes i LOOP EXECUTE 'DROP INDEX ' || name; END LOOP;
END $$;

-- Of those that began last some are still open, each with another contact: there is one of them at a time.
CREATE TEMPORARY TABLE began AS
SELECT n, at - interval '730 days' * (1 - n::double precision / conversations) AS began,
       CASE WHEN n < conversations * 9 / 10 OR pg_temp.share(n + 1) < 0.6 THEN 'closed'
            ELSE (ARRAY['resolved', 'open', 'open', 'pending', 'queued', 'new', 'snoozed'])[1 + pg_temp.pick(n + 2, 7)]
       END AS status,
       (n * 7919) % contacts AS contact, pg_temp.pick(n + 13, 20000) AS sentence,
       CASE WHEN n = 0 THEN long ELSE 10 END AS messages
  FROM size, generate_series(0, conversations - 1) n;
INSERT INTO conversations
       (tenant_id, id, type, contact_id, connection_id, channel, status, priority, team_id, assignee_id, queued_at, snoozed_until,
        escalated_at, category, brand, close_reason, archived_at, event_seq, message_count, outbound_count, unread_count,
        last_message_at, last_message_preview, last_direction, last_inbound_at, first_response_at, resolved_at,
        csat_rating, custom_attributes, search_text, created_at, updated_at)
SELECT tenant, pg_temp.an_id('2', began.n), 'support', pg_temp.an_id('1', contact), connection,
       CASE WHEN pg_temp.share(began.n + 3) < 0.8 THEN 'whatsapp' WHEN pg_temp.share(began.n + 3) < 0.95 THEN 'webchat' ELSE 'email' END,
       status,
       CASE WHEN pg_temp.share(began.n + 4) < 0.02 THEN 'urgent' WHEN pg_temp.share(began.n + 4) < 0.1 THEN 'high'
            WHEN pg_temp.share(began.n + 4) < 0.95 THEN 'normal' ELSE 'low' END,
       pg_temp.an_id('5', pg_temp.pick(began.n + 5, 8)),
       CASE WHEN status IN ('closed', 'resolved', 'pending', 'snoozed') OR status = 'open' AND pg_temp.share(began.n + 6) < 0.8
            THEN pg_temp.an_id('6', pg_temp.pick(began.n + 7, 40)) END,
       CASE WHEN status IN ('queued', 'new') OR status = 'open' AND pg_temp.share(began.n + 6) >= 0.8 THEN began END,
       CASE WHEN status = 'snoozed' THEN at + interval '1 day' END,
       CASE WHEN pg_temp.share(began.n + 8) < 0.005 THEN began END,
       CASE WHEN pg_temp.share(began.n + 9) < 0.7 THEN 'category-' || pg_temp.pick(began.n + 9, 12) END,
       'brand-' || (CASE WHEN pg_temp.share(began.n + 10) < 0.001 THEN 2 ELSE contact % 2 END),
       CASE WHEN status = 'closed' AND began.n % 3 = 0 THEN 'reason-' || began.n % 5 END,
       CASE WHEN status = 'closed' AND pg_temp.share(began.n + 11) < 0.02 THEN at END,
       messages, messages, messages / 2,
       CASE WHEN status IN ('open', 'new', 'queued') AND pg_temp.share(began.n + 12) < 0.3 THEN 2 ELSE 0 END,
       began + interval '7 minutes' * 10, left(said, 160), 'inbound',
       -- Within the hours in which a channel lets one answer freely.
       CASE WHEN status = 'closed' THEN began + interval '70 minutes' ELSE at END, began + interval '7 minutes',
       CASE WHEN status IN ('closed', 'resolved') THEN began + interval '80 minutes' END,
       CASE WHEN status = 'closed' AND began.n % 4 = 0 THEN 1 + began.n % 5 END,
       CASE WHEN began.n % 10 = 0 THEN jsonb_build_object('plan', 'plan-' || pg_temp.pick(began.n, 50)) ELSE '{}' END,
       lower(c.name || ' ' || left(said, 160)),
       began, began + interval '80 minutes'
  FROM size CROSS JOIN began JOIN sentences s ON s.n = sentence
  JOIN contacts c ON c.tenant_id = tenant AND c.id = pg_temp.an_id('1', contact)
 ORDER BY began.n;
INSERT INTO conversation_tags (tenant_id, conversation_id, tag, created_at)
SELECT DISTINCT tenant, pg_temp.an_id('2', n), 'tag-' || floor(40 * power(pg_temp.share(n * 2 + k), 3)), began
  FROM size, began, generate_series(0, 1) k WHERE pg_temp.share(n * 3 + k) < 0.4;
INSERT INTO conversation_participants (tenant_id, conversation_id, user_id, role, as_assignee, joined_at, seen_count)
SELECT v.tenant_id, v.id, v.assignee_id, 'member', true, v.created_at, v.message_count - v.unread_count
  FROM conversations v, size WHERE v.tenant_id = tenant AND v.assignee_id IS NOT NULL;

INSERT INTO messages (tenant_id, id, conversation_id, connection_id, direction, sender_kind, sender_id, content_type,
                      content, preview, external_id, status, occurred_at, created_at)
SELECT tenant, pg_temp.an_id('3', m), pg_temp.an_id('2', v), connection,
       CASE WHEN k % 2 = 0 THEN 'inbound' ELSE 'outbound' END, CASE WHEN k % 2 = 0 THEN 'contact' ELSE 'user' END,
       CASE WHEN k % 2 = 1 THEN pg_temp.an_id('6', v % 40) END, 'text',
       jsonb_build_object('type', 'text', 'text', text), left(text, 160), 'wamid.' || m,
       CASE WHEN k % 2 = 0 THEN 'received' ELSE 'read' END, moment, moment
  FROM (SELECT tenant, connection, m, v, k, moment,
               one.said || ' ' || two.said || CASE WHEN m % 3 = 0 THEN ' #' || m ELSE '' END AS text
          FROM (SELECT tenant, connection, began.n AS v, k,
                       CASE WHEN began.n = 0 THEN conversations * 10 + k ELSE began.n * 10 + k END AS m,
                       CASE WHEN began.n = 0 THEN began + interval '729 days' * (k::double precision / messages)
                            ELSE began + interval '7 minutes' * k END AS moment
                  FROM size, began, generate_series(0, messages - 1) k) number
          JOIN sentences one ON one.n = pg_temp.pick(m, 20000)
          JOIN sentences two ON two.n = pg_temp.pick(m + 1, 20000)) written
 ORDER BY moment;
INSERT INTO message_search
SELECT m.tenant_id, m.id, m.occurred_at, search_words(message_text(m.content))
  FROM messages m, size WHERE m.tenant_id = tenant ORDER BY m.occurred_at;

DO $$
DECLARE
    definition text;
BEGIN
    FOR definition IN SELECT i.definition FROM indexes i LOOP EXECUTE definition; END LOOP;
END $$;
DROP VIEW words;
DROP TABLE size, sentences, began, indexes;
DROP FUNCTION pg_temp.pick(bigint, bigint) CASCADE;
DROP FUNCTION pg_temp.an_id(text, bigint);
RESET session_replication_role;
