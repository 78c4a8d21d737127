-- Who has conversed on a channel has its addresses there. What shops and CRMs told stays unproven.
SET LOCAL lock_timeout = '1s';

UPDATE identities i SET verified_at = i.created_at
 WHERE EXISTS (SELECT FROM conversations v
                WHERE v.tenant_id = i.tenant_id AND v.contact_id = i.contact_id AND v.channel = i.channel);
ALTER TABLE contacts VALIDATE CONSTRAINT contacts_brand_fkey;
ALTER TABLE contacts VALIDATE CONSTRAINT contacts_company_fkey;
