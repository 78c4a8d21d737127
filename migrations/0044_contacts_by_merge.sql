-- no-transaction
-- Who went into a contact.
CREATE INDEX CONCURRENTLY contacts_by_merge ON contacts (tenant_id, merged_into) WHERE merged_into IS NOT NULL;
