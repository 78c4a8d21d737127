-- no-transaction
-- A customer whom another channel knows is found by number.
CREATE INDEX CONCURRENTLY contacts_phone ON contacts (tenant_id, phone) WHERE phone IS NOT NULL;
