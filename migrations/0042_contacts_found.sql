-- no-transaction
-- Contacts by any part of what they are called and reached by.
CREATE INDEX CONCURRENTLY contacts_found ON contacts USING gin (contact_search_form(name, email, phone) gin_trgm_ops);
