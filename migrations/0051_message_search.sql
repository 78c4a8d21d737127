-- Finding what somebody once wrote: the words of every message, beside the messages.
SET LOCAL lock_timeout = '1s';

-- An index over a tenant's words must begin with the tenant: otherwise a word that another tenant uses often is read to
-- its end for everybody.
CREATE EXTENSION IF NOT EXISTS btree_gin;

-- What people can read in a message, whatever its type: words, not ids, addresses of files or markers of programs.
CREATE FUNCTION message_text(content jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN content ->> 'type' = 'text' THEN content ->> 'text'
                ELSE (SELECT string_agg(written #>> '{}', ' ')
                        FROM jsonb_path_query(content, 'lax $.**{0 to 8}.keyvalue() ? (@.value.type() == "string" && (
                                 @.key == "text" || @.key == "caption" || @.key == "filename" || @.key == "title" ||
                                 @.key == "subtitle" || @.key == "description" || @.key == "body" || @.key == "name" ||
                                 @.key == "address" || @.key == "label" || @.key == "question" || @.key == "formatted_name")).value', '{}', true)
                             AS written) END;

-- A text as words: without accents, in lower case, parted at every punctuation mark, so that an address is found by its
-- parts. What is beyond 100,000 characters is found by nobody; PostgreSQL takes no more than a megabyte.
CREATE FUNCTION search_words(body text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN strip(to_tsvector('pg_catalog.simple', translate(search_form(left(body, 100000)),
                                                            E'!"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~', repeat(' ', 32))));

-- What somebody types, as a question: all the words. Those of three characters and more may be beginnings; of shorter
-- ones there are too many. Null: there is no word in it.
CREATE FUNCTION search_query(typed text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT string_agg(quote_literal(word) || CASE WHEN length(word) > 2 THEN ':*' ELSE '' END, ' & ')::tsquery
              FROM unnest(tsvector_to_array(search_words(typed))) AS word);

GRANT EXECUTE ON FUNCTION message_text(jsonb), search_words(text), search_query(text) TO signalbox_app, signalbox_definer;

-- Beside the messages and not in them: a message is written several times, by its status reports, its words once. The
-- rows lie in the order of time, so that the latest are read together.
CREATE TABLE message_search (
    tenant_id   uuid        NOT NULL,
    message_id  uuid        NOT NULL,
    occurred_at timestamptz NOT NULL,
    words       tsvector    NOT NULL,
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES messages ON DELETE CASCADE
);
CREATE INDEX message_search_recent ON message_search (tenant_id, occurred_at DESC, message_id DESC);
SELECT isolate_by_tenant('message_search');

-- A trigger, because there are several ways for a message to come, to change and to go, and none may forget its words.
CREATE FUNCTION note_words() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said tsvector;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM public.message_search WHERE tenant_id = NEW.tenant_id AND message_id = NEW.id;
    END IF;
    IF NEW.deleted_at IS NULL THEN
        said := public.search_words(public.message_text(NEW.content));
        IF said <> '' THEN
            INSERT INTO public.message_search VALUES (NEW.tenant_id, NEW.id, NEW.occurred_at, said);
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_words AFTER INSERT ON messages FOR EACH ROW EXECUTE FUNCTION note_words();
CREATE TRIGGER note_new_words AFTER UPDATE OF content, deleted_at ON messages FOR EACH ROW
    WHEN (OLD.content IS DISTINCT FROM NEW.content OR OLD.deleted_at IS DISTINCT FROM NEW.deleted_at)
    EXECUTE FUNCTION note_words();

---------------------------------------------------------------------------------------------------------------------
-- Asking

-- Two ways to the latest messages with certain words. None is good alone: the index reads everything that has a frequent
-- word, the walk through history goes on for long after a rare one. `store::search` takes both, in turn, and bounds them.
-- Functions, because `@@` is not leakproof: under row-level security no index would serve it.

-- Those that the index knows of, behind a position (null: from the latest on), in no order; more than `at_most` are not counted further.
CREATE FUNCTION find_messages(typed text, since timestamptz, before timestamptz, before_id uuid, at_most integer)
    RETURNS TABLE (message_id uuid, occurred_at timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan
    SET enable_indexscan = off SET work_mem = '32MB' AS $$
DECLARE
    sought tsquery := search_query(typed);
    max_uuid uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
BEGIN
    RETURN QUERY
    SELECT s.message_id, s.occurred_at FROM message_search s
     WHERE s.tenant_id = current_tenant() AND s.words @@ sought
       AND s.occurred_at >= coalesce(since, '-infinity')
       AND (s.occurred_at, s.message_id) < (coalesce(before, 'infinity'), coalesce(before_id, max_uuid))
     LIMIT at_most;
END $$;
SELECT grant_to_app('find_messages(text, timestamptz, timestamptz, uuid, integer)');

-- Those among the next `steps` messages behind a position, the latest first; and the last one that was looked at, hit or
-- not, from which to go on. Fewer steps than asked for end without it.
CREATE FUNCTION walk_messages(typed text, since timestamptz, before timestamptz, before_id uuid, steps integer)
    RETURNS TABLE (message_id uuid, occurred_at timestamptz, hit boolean, step bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan
    SET enable_bitmapscan = off AS $$
DECLARE
    sought tsquery := search_query(typed);
    max_uuid uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
BEGIN
    RETURN QUERY
    SELECT w.message_id, w.occurred_at, w.hit, w.step
      FROM (SELECT s.message_id, s.occurred_at, s.words @@ sought AS hit,
                   row_number() OVER (ORDER BY s.occurred_at DESC, s.message_id DESC) AS step
              FROM message_search s
             WHERE s.tenant_id = current_tenant()
               AND s.occurred_at >= coalesce(since, '-infinity')
               AND (s.occurred_at, s.message_id) < (coalesce(before, 'infinity'), coalesce(before_id, max_uuid))
             ORDER BY s.occurred_at DESC, s.message_id DESC LIMIT steps) w
     WHERE w.hit OR w.step = steps ORDER BY w.step;
END $$;
SELECT grant_to_app('walk_messages(text, timestamptz, timestamptz, uuid, integer)');

-- Conversations whose contact's name, title and last message have all of these patterns, in no order; more than
-- `at_most` are not counted further. LIKE is not leakproof either.
CREATE FUNCTION find_conversations(patterns text[], at_most integer) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan
    AS $$
DECLARE
    forms text[] := ARRAY(SELECT search_form(p) FROM unnest(patterns) WITH ORDINALITY AS u (p, place) ORDER BY place);
BEGIN
    RETURN QUERY
    SELECT v.id FROM conversations v
     WHERE v.tenant_id = current_tenant()
       AND search_form(' ' || v.search_text) LIKE forms[1]
       -- Each for itself, so that the index looks for all of them; what is not there is gone when the plan is made.
       AND (forms[2] IS NULL OR search_form(' ' || v.search_text) LIKE forms[2])
       AND (forms[3] IS NULL OR search_form(' ' || v.search_text) LIKE forms[3])
       AND (forms[4] IS NULL OR search_form(' ' || v.search_text) LIKE ALL (forms[4:]))
     LIMIT at_most;
END $$;
SELECT grant_to_app('find_conversations(text[], integer)');

-- The same of contacts, or who has this address on a channel. `find_contacts` without a bound is for the versions before.
CREATE FUNCTION find_contacts(patterns text[], address text, at_most integer) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan
    AS $$
DECLARE
    forms text[] := ARRAY(SELECT search_form(p) FROM unnest(patterns) WITH ORDINALITY AS u (p, place) ORDER BY place);
BEGIN
    RETURN QUERY
    SELECT i.contact_id FROM identities i WHERE i.tenant_id = current_tenant() AND i.value = address
    UNION
    (SELECT c.id FROM contacts c
      WHERE c.tenant_id = current_tenant()
        AND contact_search_form(c.name, c.email, c.phone) LIKE forms[1]
        AND (forms[2] IS NULL OR contact_search_form(c.name, c.email, c.phone) LIKE forms[2])
        AND (forms[3] IS NULL OR contact_search_form(c.name, c.email, c.phone) LIKE forms[3])
        AND (forms[4] IS NULL OR contact_search_form(c.name, c.email, c.phone) LIKE ALL (forms[4:]))
      LIMIT at_most);
END $$;
SELECT grant_to_app('find_contacts(text[], text, integer)');
