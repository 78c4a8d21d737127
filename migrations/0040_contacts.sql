-- Contacts in full: whose company, which brand, blocked, merged; which addresses they have proven to be theirs; and how
-- they are found.
SET LOCAL lock_timeout = '1s';

CREATE EXTENSION IF NOT EXISTS unaccent;

---------------------------------------------------------------------------------------------------------------------
-- Companies

-- Whom contacts work for. It has no brand: it is the same company for every brand of the tenant.
CREATE TABLE companies (
    tenant_id         uuid NOT NULL REFERENCES tenants,
    id                uuid NOT NULL,
    name              text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    custom_attributes jsonb NOT NULL DEFAULT '{}',
    version           bigint NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX companies_recent ON companies (tenant_id, created_at DESC, id DESC);
SELECT isolate_by_tenant('companies');

-- The domains of its people's e-mail addresses, in lower case. A domain is one company's.
CREATE TABLE company_domains (
    tenant_id  uuid NOT NULL,
    domain     text NOT NULL CHECK (length(domain) BETWEEN 1 AND 253),
    company_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, domain),
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies ON DELETE CASCADE
);
CREATE INDEX company_domains_by_company ON company_domains (tenant_id, company_id);
SELECT isolate_by_tenant('company_domains');

---------------------------------------------------------------------------------------------------------------------
-- Contacts

ALTER TABLE contacts
    -- The brand they met first. A conversation has its own.
    ADD COLUMN brand text,
    ADD COLUMN avatar_url text CHECK (length(avatar_url) <= 2048),
    ADD COLUMN company_id uuid,
    -- Since when their messages are left out, and who said so.
    ADD COLUMN blocked_at timestamptz,
    ADD COLUMN blocked_by uuid,
    -- The contact that their addresses and conversations went to.
    ADD COLUMN merged_into uuid;
ALTER TABLE contacts ADD CONSTRAINT contacts_brand_fkey FOREIGN KEY (tenant_id, brand) REFERENCES brands NOT VALID;
ALTER TABLE contacts ADD CONSTRAINT contacts_company_fkey
    FOREIGN KEY (tenant_id, company_id) REFERENCES companies NOT VALID;

ALTER TABLE identities
    -- When the contact had first proven that the address is theirs, by writing from it for example. NULL: somebody says
    -- so. Contacts are joined by proven addresses alone.
    ADD COLUMN verified_at timestamptz,
    -- The contact that it was of before a merge: the addresses of one origin belong together, and go back together.
    ADD COLUMN merged_from uuid;

-- One contact that went into another, and what is needed to take that back.
CREATE TABLE contact_merges (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    source_id     uuid NOT NULL,
    target_id     uuid NOT NULL,
    -- The fields that the target had not and took over, by their names; of attributes as `custom_attributes.key`.
    taken         text[] NOT NULL,
    -- The conversations that went.
    conversations uuid[] NOT NULL,
    merged_by     jsonb NOT NULL,
    merged_at     timestamptz NOT NULL,
    undone_at     timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, source_id) REFERENCES contacts ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, target_id) REFERENCES contacts ON DELETE CASCADE,
    CHECK (source_id <> target_id)
);
CREATE UNIQUE INDEX contact_merges_current ON contact_merges (tenant_id, source_id) WHERE undone_at IS NULL;
CREATE INDEX contact_merges_by_target ON contact_merges (tenant_id, target_id);
SELECT isolate_by_tenant('contact_merges');

-- Two contacts that somebody has looked at, and that are two people. The lower id first.
CREATE TABLE contact_distinctions (
    tenant_id     uuid NOT NULL,
    first_id      uuid NOT NULL,
    second_id     uuid NOT NULL,
    dismissed_by  uuid NOT NULL,
    dismissed_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, first_id, second_id),
    FOREIGN KEY (tenant_id, first_id) REFERENCES contacts ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, second_id) REFERENCES contacts ON DELETE CASCADE,
    CHECK (first_id < second_id)
);
CREATE INDEX contact_distinctions_second ON contact_distinctions (tenant_id, second_id);
SELECT isolate_by_tenant('contact_distinctions');

---------------------------------------------------------------------------------------------------------------------
-- Finding them

-- Text as it is searched: without accents, in lower case. In a database that knows no letters but ASCII, ICU does the
-- lower case of the others, where PostgreSQL was built with it. Immutable, because an index is made of it: a new version
-- of the rules of `unaccent` needs a REINDEX.
DO $$ BEGIN
    EXECUTE format('CREATE FUNCTION search_form(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
                    RETURN lower(public.unaccent(''public.unaccent''::regdictionary, $1)%s)',
                   CASE WHEN EXISTS (SELECT FROM pg_collation
                                      WHERE collname = 'und-x-icu' AND collencoding IN (-1, pg_char_to_encoding(getdatabaseencoding())))
                        THEN ' COLLATE "und-x-icu"' ELSE '' END);
END $$;
GRANT EXECUTE ON FUNCTION search_form(text), unaccent(regdictionary, text) TO signalbox_app, signalbox_definer;

-- What of a contact is searched.
CREATE FUNCTION contact_search_form(name text, email text, phone text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN search_form(' ' || coalesce(name, '') || ' ' || coalesce(email, '') || ' ' || coalesce(phone, ''));
GRANT EXECUTE ON FUNCTION contact_search_form(text, text, text) TO signalbox_app, signalbox_definer;

-- Contacts whose name, e-mail address and number have all of these patterns, the most telling first, or who have this
-- address on a channel. LIKE is not leakproof: see `search_contacts`, whose place it takes.
CREATE FUNCTION find_contacts(patterns text[], address text) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan
    AS $$
DECLARE
    forms text[] := ARRAY(SELECT search_form(p) FROM unnest(patterns) WITH ORDINALITY AS u (p, place) ORDER BY place);
BEGIN
    RETURN QUERY
    SELECT c.id FROM contacts c
     WHERE c.tenant_id = current_tenant()
       AND contact_search_form(c.name, c.email, c.phone) LIKE forms[1]
       -- Each for itself, so that the index looks for all of them; what is not there is gone when the plan is made.
       AND (forms[2] IS NULL OR contact_search_form(c.name, c.email, c.phone) LIKE forms[2])
       AND (forms[3] IS NULL OR contact_search_form(c.name, c.email, c.phone) LIKE forms[3])
       AND (forms[4] IS NULL OR contact_search_form(c.name, c.email, c.phone) LIKE ALL (forms[4:]))
    UNION
    SELECT i.contact_id FROM identities i WHERE i.tenant_id = current_tenant() AND i.value = address;
END $$;
SELECT grant_to_app('find_contacts(text[], text)');

-- Lets contacts who are of no company belong to the one that their addresses' domain is of. Says how many there are.
-- A function, because no index on an expression serves a statement under row-level security.
CREATE FUNCTION link_company(wanted uuid, at timestamptz) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
    SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    linked bigint;
BEGIN
    UPDATE contacts c SET company_id = wanted, version = version + 1, updated_at = at
      FROM company_domains d
     WHERE d.tenant_id = current_tenant() AND d.company_id = wanted
       AND c.tenant_id = d.tenant_id AND split_part(c.email, '@', 2) = d.domain AND c.email IS NOT NULL
       AND c.company_id IS NULL;
    GET DIAGNOSTICS linked = ROW_COUNT;
    RETURN linked;
END $$;
SELECT grant_to_app('link_company(uuid, timestamptz)');
