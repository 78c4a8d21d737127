-- no-transaction
-- A channel's name, once in a brand.
CREATE UNIQUE INDEX CONCURRENTLY conversations_slug_key ON conversations (tenant_id, coalesce(brand, ''), slug)
    WHERE slug IS NOT NULL;
