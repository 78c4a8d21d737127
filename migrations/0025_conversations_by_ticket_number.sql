-- no-transaction
-- A ticket's number, once in a tenant.
CREATE UNIQUE INDEX CONCURRENTLY conversations_ticket_number_key ON conversations (tenant_id, ticket_number)
    WHERE ticket_number IS NOT NULL;
