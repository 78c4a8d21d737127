-- no-transaction
-- A customer whom another channel knows is found by e-mail address.
CREATE INDEX CONCURRENTLY contacts_email ON contacts (tenant_id, email) WHERE email IS NOT NULL;
