-- no-transaction
-- Brands that few conversations are of; a tenant without brands writes nothing here.
CREATE INDEX CONCURRENTLY conversations_by_brand ON conversations (tenant_id, brand, updated_at DESC, id DESC)
    WHERE brand IS NOT NULL;
