-- no-transaction
-- Contacts by the domain of their e-mail address, for their company.
CREATE INDEX CONCURRENTLY contacts_by_domain ON contacts (tenant_id, split_part(email, '@', 2)) WHERE email IS NOT NULL;
