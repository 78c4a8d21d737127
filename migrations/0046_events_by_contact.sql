-- no-transaction
-- Everything that happened to a contact, in the order of time. Not of ids: those of events that a delivery may bring twice
-- are derived from it, and tell no time.
CREATE INDEX CONCURRENTLY events_by_contact ON events (tenant_id, contact_id, occurred_at DESC, id DESC)
    WHERE contact_id IS NOT NULL;
