-- Why conversations are closed: what a tenant has to choose from, and whether it has to be said.
SET LOCAL lock_timeout = '1s';
ALTER TABLE tenant_settings
    ADD COLUMN close_reasons         text[] NOT NULL DEFAULT '{}',
    ADD COLUMN close_reason_required boolean NOT NULL DEFAULT false;
