//! An inbox as large as those of which others say that they become slow.

use super::Stand;
use crate::benchmarks::Effort;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

/// How much of everything.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub contacts: i64,
    pub conversations: i64,
    /// Of the longest conversation; the others have ten.
    pub long: i64,
}

impl Size {
    /// As the figures are published, or as small as it takes to see that everything works.
    pub fn of(effort: Effort) -> Self {
        effort.pick(
            Self { contacts: 300_000, conversations: 1_000_000, long: 100_000 },
            Self { contacts: 6_000, conversations: 20_000, long: 5_000 },
        )
    }

    /// All messages.
    pub fn messages(self) -> i64 {
        (self.conversations - 1) * 10 + self.long
    }

    /// What another tenant of the same installation has.
    fn other(self) -> Self {
        Self { contacts: self.contacts / 20, conversations: self.conversations / 20, long: 10 }
    }
}

/// Gives the benchmark's tenant an inbox, and another one a smaller inbox.
pub async fn fill(stand: &Stand, size: Size) -> anyhow::Result<()> {
    let mut conn = stand.admin().await?;
    let tenant = "SELECT id FROM tenants WHERE slug = 'bench'";
    let tenant: Uuid = sqlx::query_scalar(tenant).fetch_one(&mut conn).await?;
    let connection = "SELECT id FROM connections WHERE tenant_id = $1";
    let connection: Uuid = sqlx::query_scalar(connection).bind(tenant).fetch_one(&mut conn).await?;
    let other = "INSERT INTO tenants (id, slug, name, created_at) VALUES (gen_random_uuid(), 'other', 'Other', now()) RETURNING id";
    let other: Uuid = sqlx::query_scalar(other).fetch_one(&mut conn).await?;
    // The small one first: filling a tenant makes the indexes of all anew.
    fill_tenant(&mut conn, other, connection, size.other()).await?;
    fill_tenant(&mut conn, tenant, connection, size).await?;
    // An agent who may log in: with the admin's password.
    sqlx::raw_sql(
        "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE role = 'admin')
          WHERE email = 'agent0@bench.example' AND tenant_id = (SELECT id FROM tenants WHERE slug = 'bench')",
    )
    .execute(&mut conn)
    .await?;
    sqlx::raw_sql("VACUUM (ANALYZE)").execute(&mut conn).await?;
    sqlx::raw_sql("CHECKPOINT").execute(&mut conn).await?;
    Ok(())
}

async fn fill_tenant(conn: &mut PgConnection, tenant: Uuid, connection: Uuid, size: Size) -> anyhow::Result<()> {
    let Size { contacts, conversations, long } = size;
    let settings = format!(
        "SET bench.tenant = '{tenant}'; SET bench.connection = '{connection}'; SET bench.contacts = {contacts};
         SET bench.conversations = {conversations}; SET bench.long = {long}"
    );
    sqlx::raw_sql(AssertSqlSafe(settings)).execute(&mut *conn).await?;
    sqlx::raw_sql(include_str!("inbox.sql")).execute(conn).await?;
    Ok(())
}

/// The words that its texts and names are made of, the frequent first.
pub async fn words(stand: &Stand) -> anyhow::Result<Vec<String>> {
    let mut conn = stand.admin().await?;
    Ok(sqlx::query_scalar("SELECT word FROM bench.words ORDER BY n").fetch_all(&mut conn).await?)
}

/// The id that `inbox.sql` gives to a thing of a kind.
pub fn id(kind: Kind, number: i64) -> Uuid {
    let kind: u128 = match kind {
        Kind::Contact => 1,
        Kind::Conversation => 2,
        Kind::Message => 3,
        Kind::Team => 5,
        Kind::Agent => 6,
    };
    Uuid::from_u128(kind << 124 | 0x7000 << 64 | 0x8000 << 48 | u128::from(number.unsigned_abs()))
}

/// What an id is of.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Contact,
    Conversation,
    Message,
    Team,
    Agent,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_as_the_data_has_them() {
        assert_eq!(id(Kind::Message, 0xabc).to_string(), "30000000-0000-7000-8000-000000000abc");
    }
}
