-- no-transaction
-- The people of a company.
CREATE INDEX CONCURRENTLY contacts_by_company ON contacts (tenant_id, company_id) WHERE company_id IS NOT NULL;
