//! Two contacts that become one, and how that is taken back.

use super::record::rename_in_search;
use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ContactId, ConversationId, IdentityId, TenantId, event::Actor};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// What a contact has, as far as a merge gives it on. The contact is locked until the transaction ends: no conversation
/// begins with it, and none of its fields changes.
#[derive(Clone, Debug)]
pub struct Locked {
    /// Which.
    pub id: ContactId,
    /// What it is called.
    pub name: Option<String>,
    /// The contact that it went into.
    pub merged_into: Option<ContactId>,
    /// Its single fields, by their columns; those that are empty are left out.
    fields: Map<String, Value>,
    /// Its fields of the tenant's own making.
    attributes: Map<String, Value>,
}

/// The columns that a contact takes over if it has nothing there. Who is blocked or wants no messages is so after a merge,
/// too.
const TAKEN: [&str; 9] =
    ["name", "phone", "email", "avatar_url", "brand", "company_id", "opted_out_at", "blocked_at", "blocked_by"];
/// What an attribute is called among what was taken.
const ATTRIBUTE: &str = "custom_attributes.";

/// Locks two contacts, in the order of their ids: two merges the opposite way would otherwise wait for each other.
pub async fn lock(conn: &mut PgConnection, tenant: TenantId, ids: [ContactId; 2]) -> Result<Vec<Locked>> {
    let rows = sqlx::query!(
        r#"SELECT id, name, merged_into, custom_attributes,
                  jsonb_strip_nulls(to_jsonb(c) - 'custom_attributes') AS "fields!"
             FROM contacts c WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE"#,
        tenant.0,
        &ids.map(Uuid::from)
    );
    let object = |value| if let Value::Object(members) = value { members } else { Map::new() };
    let rows = rows.fetch_all(conn).await?.into_iter();
    Ok(rows
        .map(|row| Locked {
            id: row.id.into(),
            name: row.name,
            merged_into: row.merged_into.map(Into::into),
            fields: object(row.fields),
            attributes: object(row.custom_attributes),
        })
        .collect())
}

impl Locked {
    /// What this contact takes over from another, by the names under which a merge keeps it.
    pub fn lacks(&self, other: &Self) -> Vec<String> {
        let columns = TAKEN.into_iter().filter(|column| !self.fields.contains_key(*column));
        let columns = columns.filter(|column| other.fields.contains_key(*column)).map(str::to_owned);
        let attributes = other.attributes.keys().filter(|key| !self.attributes.contains_key(*key));
        columns.chain(attributes.map(|key| format!("{ATTRIBUTE}{key}"))).collect()
    }

    /// The attributes with those that were taken from another contact.
    fn attributes_with(&self, other: &Self, taken: &[String]) -> Value {
        let mut attributes = self.attributes.clone();
        for key in taken.iter().filter_map(|name| name.strip_prefix(ATTRIBUTE)) {
            attributes.extend(other.attributes.get(key).map(|value| (key.to_owned(), value.clone())));
        }
        Value::Object(attributes)
    }

    /// The attributes without those that were taken from another contact and are still as they are there.
    fn attributes_without(&self, other: &Self, taken: &[String]) -> Value {
        let mut attributes = self.attributes.clone();
        for key in taken.iter().filter_map(|name| name.strip_prefix(ATTRIBUTE)) {
            if attributes.get(key) == other.attributes.get(key) {
                attributes.remove(key);
            }
        }
        Value::Object(attributes)
    }
}

/// A conversation of a contact, as a merge has to know it.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// Which.
    pub id: ConversationId,
    /// The address of the contact that it goes to; of an old one the first that the channel knew.
    pub identity_id: Option<IdentityId>,
    /// The conversation of the other contact that goes on over the same account and thread, if both do.
    pub rival: Option<ConversationId>,
}

/// The conversations of a contact, in the order of their ids, with those of another that would stand in their way.
pub async fn conversations(
    conn: &mut PgConnection,
    tenant: TenantId,
    source: ContactId,
    target: ContactId,
) -> Result<Vec<Conversation>> {
    let rows = sqlx::query!(
        r#"SELECT v.id,
                  coalesce(v.identity_id, (SELECT i.id FROM identities i
                                            WHERE i.tenant_id = $1 AND i.contact_id = $2 AND i.channel = v.channel
                                            ORDER BY i.id LIMIT 1)) AS identity_id,
                  (SELECT o.id FROM conversations o
                    WHERE o.tenant_id = $1 AND o.connection_id = v.connection_id AND o.contact_id = $3
                      AND coalesce(o.thread, '') = coalesce(v.thread, '') AND o.status <> 'closed'
                      AND v.status <> 'closed') AS rival
             FROM conversations v WHERE v.tenant_id = $1 AND v.contact_id = $2 ORDER BY v.id"#,
        tenant.0,
        source.0,
        target.0
    );
    let rows = rows.fetch_all(conn).await?.into_iter();
    Ok(rows
        .map(|row| Conversation {
            id: row.id.into(),
            identity_id: row.identity_id.map(Into::into),
            rival: row.rival.map(Into::into),
        })
        .collect())
}

/// A merge of contacts that has not been taken back.
#[derive(Clone, Debug)]
pub struct Merge {
    /// Which.
    pub id: Uuid,
    /// What the target took over: see [`Locked::lacks`].
    pub taken: Vec<String>,
    /// The conversations that went.
    pub conversations: Vec<ConversationId>,
    /// When.
    pub merged_at: DateTime<Utc>,
}

/// Gives the addresses of one contact to another, and the fields that it lacks. The conversations are the caller's to
/// move.
pub async fn merge(
    conn: &mut PgConnection,
    tenant: TenantId,
    [source, target]: [&Locked; 2],
    merge: &Merge,
    by: Actor,
) -> Result<()> {
    let now = merge.merged_at;
    let conversations: Vec<Uuid> = merge.conversations.iter().map(|id| id.0).collect();
    sqlx::query!(
        "INSERT INTO contact_merges (tenant_id, id, source_id, target_id, taken, conversations, merged_by, merged_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tenant.0,
        merge.id,
        source.id.0,
        target.id.0,
        &merge.taken,
        &conversations,
        json!(by),
        now
    )
    .execute(&mut *conn)
    .await?;
    // What an earlier merge brought keeps its origin, so that both can be taken back.
    sqlx::query!(
        "UPDATE identities SET contact_id = $3, merged_from = coalesce(merged_from, $2)
          WHERE tenant_id = $1 AND contact_id = $2",
        tenant.0,
        source.id.0,
        target.id.0
    )
    .execute(&mut *conn)
    .await?;
    // Fields go on following the channels that told them.
    sqlx::query!(
        "INSERT INTO contact_profiles (tenant_id, contact_id, channel, said)
         SELECT tenant_id, $3, channel, said FROM contact_profiles WHERE tenant_id = $1 AND contact_id = $2
         ON CONFLICT DO NOTHING",
        tenant.0,
        source.id.0,
        target.id.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE contacts SET merged_into = $3, version = version + 1, updated_at = $4 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        source.id.0,
        target.id.0,
        now
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE contacts t
            SET name = CASE WHEN 'name' = ANY ($4) THEN s.name ELSE t.name END,
                name_edited_at = CASE WHEN 'name' = ANY ($4) THEN s.name_edited_at ELSE t.name_edited_at END,
                phone = CASE WHEN 'phone' = ANY ($4) THEN s.phone ELSE t.phone END,
                email = CASE WHEN 'email' = ANY ($4) THEN s.email ELSE t.email END,
                avatar_url = CASE WHEN 'avatar_url' = ANY ($4) THEN s.avatar_url ELSE t.avatar_url END,
                brand = CASE WHEN 'brand' = ANY ($4) THEN s.brand ELSE t.brand END,
                company_id = CASE WHEN 'company_id' = ANY ($4) THEN s.company_id ELSE t.company_id END,
                opted_out_at = CASE WHEN 'opted_out_at' = ANY ($4) THEN s.opted_out_at ELSE t.opted_out_at END,
                blocked_at = CASE WHEN 'blocked_at' = ANY ($4) THEN s.blocked_at ELSE t.blocked_at END,
                blocked_by = CASE WHEN 'blocked_by' = ANY ($4) THEN s.blocked_by ELSE t.blocked_by END,
                custom_attributes = $5, version = t.version + 1, updated_at = $6
           FROM contacts s WHERE t.tenant_id = $1 AND t.id = $3 AND s.tenant_id = $1 AND s.id = $2",
        tenant.0,
        source.id.0,
        target.id.0,
        &merge.taken,
        target.attributes_with(source, &merge.taken),
        now
    )
    .execute(&mut *conn)
    .await?;
    if target.name.is_none() && source.name.is_some() {
        rename_in_search(conn, target.id.0, None, source.name.as_deref()).await?;
    }
    Ok(())
}

/// The merge that a contact went away with.
pub async fn of_source(conn: &mut PgConnection, tenant: TenantId, source: ContactId) -> Result<Option<Merge>> {
    let row = sqlx::query!(
        "SELECT id, taken, conversations, merged_at FROM contact_merges
          WHERE tenant_id = $1 AND source_id = $2 AND undone_at IS NULL FOR UPDATE",
        tenant.0,
        source.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Merge {
        id: row.id,
        taken: row.taken,
        conversations: row.conversations.into_iter().map(Into::into).collect(),
        merged_at: row.merged_at,
    }))
}

/// What goes back to a contact when its merge is taken back.
#[derive(Clone, Debug, Default)]
pub struct Returning {
    /// The conversations that went, and those that have begun since with its addresses; in the order of their ids.
    pub conversations: Vec<ConversationId>,
    /// Conversations of the other that were last written to from one of its addresses.
    pub readdressed: Vec<ConversationId>,
    /// The conversations of one that have become part of the other's, with what they are part of: these merges have to be
    /// taken back, too. The latest first.
    pub entangled: Vec<(ConversationId, ConversationId)>,
}

/// What goes back to `source` from `target`.
pub async fn returning(
    conn: &mut PgConnection,
    tenant: TenantId,
    source: ContactId,
    target: ContactId,
    merge: &Merge,
) -> Result<Returning> {
    let listed: Vec<Uuid> = merge.conversations.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"WITH RECURSIVE origins AS (
               SELECT $2::uuid AS id
               UNION SELECT c.id FROM contacts c JOIN origins o ON c.tenant_id = $1 AND c.merged_into = o.id
           ), addressed AS (
               SELECT v.id, v.merged_into, v.created_at,
                      EXISTS (SELECT FROM identities i JOIN origins o ON o.id = i.merged_from
                               WHERE i.tenant_id = $1 AND i.id = v.identity_id AND i.contact_id = $3) AS theirs
                 FROM conversations v WHERE v.tenant_id = $1 AND v.contact_id = $3
           ), of_target AS (
               SELECT id, merged_into, theirs, id = ANY ($4) OR (theirs AND created_at > $5) AS goes FROM addressed
           )
           SELECT t.id AS "id!", t.goes AS "goes!", t.theirs AS "theirs!",
                  CASE WHEN m.goes <> t.goes THEN m.id END AS part_of
             FROM of_target t LEFT JOIN of_target m ON m.id = t.merged_into
            WHERE t.goes OR t.theirs OR m.goes ORDER BY t.id"#,
        tenant.0,
        source.0,
        target.0,
        &listed,
        merge.merged_at
    )
    .fetch_all(conn)
    .await?;
    let mut returning = Returning::default();
    for row in rows {
        let id = ConversationId::from(row.id);
        returning.conversations.extend(row.goes.then_some(id));
        returning.readdressed.extend((row.theirs && !row.goes).then_some(id));
        returning.entangled.extend(row.part_of.map(|other| (id, other.into())));
    }
    returning.entangled.reverse();
    Ok(returning)
}

/// Gives a contact its addresses back, and takes from the other what it took over and still has.
pub async fn undo(
    conn: &mut PgConnection,
    tenant: TenantId,
    [source, target]: [&Locked; 2],
    merge: &Merge,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!("UPDATE contact_merges SET undone_at = $3 WHERE tenant_id = $1 AND id = $2", tenant.0, merge.id, now)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "WITH RECURSIVE origins AS (
             SELECT $2::uuid AS id
             UNION SELECT c.id FROM contacts c JOIN origins o ON c.tenant_id = $1 AND c.merged_into = o.id
         )
         UPDATE identities SET contact_id = $2, merged_from = nullif(merged_from, $2)
          WHERE tenant_id = $1 AND contact_id = $3 AND merged_from IN (SELECT id FROM origins)",
        tenant.0,
        source.id.0,
        target.id.0
    )
    .execute(&mut *conn)
    .await?;
    let kept = |column: &str| source.fields.get(column) == target.fields.get(column);
    let given_back: Vec<String> = merge.taken.iter().filter(|name| kept(name)).cloned().collect();
    sqlx::query!(
        "UPDATE contacts
            SET name = CASE WHEN 'name' = ANY ($3) THEN NULL ELSE name END,
                name_edited_at = CASE WHEN 'name' = ANY ($3) THEN NULL ELSE name_edited_at END,
                phone = CASE WHEN 'phone' = ANY ($3) THEN NULL ELSE phone END,
                email = CASE WHEN 'email' = ANY ($3) THEN NULL ELSE email END,
                avatar_url = CASE WHEN 'avatar_url' = ANY ($3) THEN NULL ELSE avatar_url END,
                brand = CASE WHEN 'brand' = ANY ($3) THEN NULL ELSE brand END,
                company_id = CASE WHEN 'company_id' = ANY ($3) THEN NULL ELSE company_id END,
                opted_out_at = CASE WHEN 'opted_out_at' = ANY ($3) THEN NULL ELSE opted_out_at END,
                blocked_at = CASE WHEN 'blocked_at' = ANY ($3) THEN NULL ELSE blocked_at END,
                blocked_by = CASE WHEN 'blocked_by' = ANY ($3) THEN NULL ELSE blocked_by END,
                custom_attributes = $4, version = version + 1, updated_at = $5
          WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        target.id.0,
        &given_back,
        target.attributes_without(source, &merge.taken),
        now
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE contacts SET merged_into = NULL, version = version + 1, updated_at = $3
          WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        source.id.0,
        now
    )
    .execute(&mut *conn)
    .await?;
    if given_back.iter().any(|name| name == "name") {
        rename_in_search(conn, target.id.0, target.name.as_deref(), None).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(fields: Value, attributes: Value) -> Locked {
        let object = |value| if let Value::Object(members) = value { members } else { Map::new() };
        let (fields, attributes) = (object(fields), object(attributes));
        Locked { id: ContactId::new(), name: None, merged_into: None, fields, attributes }
    }

    #[test]
    fn what_is_missing_is_taken_and_given_back_if_it_is_still_the_same() {
        let ours = contact(json!({ "name": "Ada" }), json!({ "plan": "gold" }));
        let theirs =
            contact(json!({ "name": "A.", "email": "ada@acme.example" }), json!({ "plan": "free", "size": 3 }));
        let taken = ours.lacks(&theirs);
        assert_eq!(taken, ["email", "custom_attributes.size"]);
        let both = ours.attributes_with(&theirs, &taken);
        assert_eq!(both, json!({ "plan": "gold", "size": 3 }));
        let merged = contact(json!({ "name": "Ada" }), both);
        assert_eq!(merged.attributes_without(&theirs, &taken), json!({ "plan": "gold" }));
        let edited = contact(json!({}), json!({ "plan": "gold", "size": 4 }));
        assert_eq!(edited.attributes_without(&theirs, &taken), json!({ "plan": "gold", "size": 4 }));
    }
}
