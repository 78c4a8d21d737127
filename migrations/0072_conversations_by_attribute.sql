-- no-transaction
-- Fields of a tenant's own making.
CREATE INDEX CONCURRENTLY conversations_by_attribute ON conversations
    USING gin (tenant_id, custom_attributes jsonb_path_ops) WHERE custom_attributes <> '{}';
