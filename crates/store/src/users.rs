//! People: their roles, their passwords, and how a login finds them.

pub mod details;

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{
    TenantId, UserId,
    role::{Role, RoleKey},
};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A person of the tenant.
#[derive(Clone, Debug)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// The address they log in with; unique in the tenant, whatever its case.
    pub email: String,
    /// What others call them.
    pub name: String,
    /// What they may do.
    pub role: RoleKey,
    /// Whether they may log in and act.
    pub active: bool,
    /// Counts the changes.
    pub version: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
}

/// What a new person needs.
pub struct NewUser<'a> {
    /// Their new id.
    pub id: UserId,
    /// The address they will log in with.
    pub email: &'a str,
    /// What others call them.
    pub name: &'a str,
    /// What they may do.
    pub role: RoleKey,
    /// A PHC string of argon2id.
    pub password_hash: &'a str,
}

/// What a login needs to know about an address in one tenant.
pub struct LoginCandidate {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Its slug, to tell candidates apart.
    pub tenant_slug: String,
    /// The person.
    pub user_id: UserId,
    /// A PHC string of argon2id, or what an import or a reset left in its place.
    pub password_hash: String,
    /// Whether they may log in.
    pub active: bool,
}

struct Row {
    id: Uuid,
    email: String,
    name: String,
    role: Option<String>,
    role_id: Option<Uuid>,
    active: bool,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<Row> for User {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            email: row.email,
            name: row.name,
            role: role_key(row.role.as_deref(), row.role_id)?,
            active: row.active,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// A role out of the two columns of which one is filled.
pub(crate) fn role_key(built_in: Option<&str>, custom: Option<Uuid>) -> Result<RoleKey> {
    match (built_in, custom) {
        (_, Some(id)) => Ok(RoleKey::Custom(id.into())),
        (Some(name), None) => name.parse().map(RoleKey::BuiltIn).map_err(|error| Error::corrupt("users.role", error)),
        (None, None) => Err(Error::corrupt("users.role", "there is none")),
    }
}

/// Creates a person. A taken address violates `users_email_key`.
pub async fn create(conn: &mut PgConnection, user: &NewUser<'_>, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO users (tenant_id, id, email, name, role, role_id, password_hash, created_at, updated_at)
         VALUES (current_tenant(), $1, $2, $3, $4, $5, $6, $7, $7)",
        user.id.0,
        user.email,
        user.name,
        user.role.built_in().map(Role::as_str),
        user.role.custom().map(Uuid::from),
        user.password_hash,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// One person.
pub async fn load(conn: &mut PgConnection, id: UserId) -> Result<Option<User>> {
    sqlx::query_as!(
        Row,
        "SELECT id, email, name, role, role_id, active, version, created_at, updated_at FROM users WHERE id = $1",
        id.0
    )
    .fetch_optional(conn)
    .await?
    .map(User::try_from)
    .transpose()
}

/// People in the order of their ids, from after `after`.
pub async fn list(conn: &mut PgConnection, after: Option<UserId>, limit: i64) -> Result<Vec<User>> {
    sqlx::query_as!(
        Row,
        "SELECT id, email, name, role, role_id, active, version, created_at, updated_at FROM users
          WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2",
        after.map(Uuid::from),
        limit
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(User::try_from)
    .collect()
}

/// Writes name, role and whether they are active, if the row still has the version that was read; `None` if not.
pub async fn update(conn: &mut PgConnection, user: &User, now: DateTime<Utc>) -> Result<Option<User>> {
    sqlx::query_as!(
        Row,
        "UPDATE users SET name = $2, role = $3, role_id = $4, active = $5, version = version + 1, updated_at = $6
          WHERE id = $1 AND version = $7
         RETURNING id, email, name, role, role_id, active, version, created_at, updated_at",
        user.id.0,
        user.name,
        user.role.built_in().map(Role::as_str),
        user.role.custom().map(Uuid::from),
        user.active,
        now,
        user.version
    )
    .fetch_optional(conn)
    .await?
    .map(User::try_from)
    .transpose()
}

/// Whether somebody of the tenant has this address.
pub async fn has_email(conn: &mut PgConnection, email: &str) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM users WHERE lower(email) = lower($1)) AS "has!""#, email)
        .fetch_one(conn)
        .await?)
}

/// The PHC string of a person's password.
pub async fn password_hash(conn: &mut PgConnection, id: UserId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!("SELECT password_hash FROM users WHERE id = $1", id.0).fetch_optional(conn).await?)
}

/// Sets a person's password.
pub async fn set_password_hash(
    conn: &mut PgConnection,
    id: UserId,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE users SET password_hash = $2, version = version + 1, updated_at = $3 WHERE id = $1",
        id.0,
        password_hash,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Puts a stronger hash of the same password in the place of what was read; nothing that anybody would call a change.
pub async fn strengthen_password_hash(conn: &mut PgConnection, id: UserId, before: &str, after: &str) -> Result<()> {
    sqlx::query!("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2", id.0, before, after)
        .execute(conn)
        .await?;
    Ok(())
}

/// Who has this address, in the tenant with the slug or in any; outside any tenant's transaction.
pub async fn login_candidates(
    db: impl PgExecutor<'_>,
    email: &str,
    tenant_slug: Option<&str>,
) -> Result<Vec<LoginCandidate>> {
    Ok(sqlx::query_as!(
        LoginCandidate,
        r#"SELECT tenant_id AS "tenant_id!", tenant_slug AS "tenant_slug!", user_id AS "user_id!",
                  password_hash AS "password_hash!", active AS "active!"
             FROM login_candidates($1, $2)"#,
        email,
        tenant_slug
    )
    .fetch_all(db)
    .await?)
}

/// Which of these people are active, in the order of their ids.
pub async fn active_among(conn: &mut PgConnection, people: &[UserId]) -> Result<Vec<UserId>> {
    let people: Vec<Uuid> = people.iter().map(|user| user.0).collect();
    let active = sqlx::query_scalar!(
        "SELECT id FROM users WHERE tenant_id = current_tenant() AND id = ANY ($1) AND active ORDER BY id",
        &people
    );
    Ok(active.fetch_all(conn).await?.into_iter().map(UserId).collect())
}

/// Everybody who is active, with what others call them.
pub async fn names(conn: &mut PgConnection) -> Result<Vec<(UserId, String)>> {
    let people = sqlx::query!("SELECT id, name FROM users WHERE tenant_id = current_tenant() AND active ORDER BY id");
    Ok(people.fetch_all(conn).await?.into_iter().map(|row| (row.id.into(), row.name)).collect())
}
