//! Roles of a tenant's own making, and the rule that somebody who can mend everything remains.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{
    RoleId,
    role::{Permission, Permissions, RoleKey},
};
use sqlx::PgConnection;
use uuid::Uuid;

/// A role of the tenant's own.
#[derive(Clone, Debug)]
pub struct Role {
    /// Which.
    pub id: RoleId,
    /// What people call it; unique in the tenant, whatever its case.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it allows.
    pub permissions: Permissions,
    /// Counts the changes.
    pub version: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
}

struct Row {
    id: Uuid,
    name: String,
    description: String,
    permissions: Vec<String>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for Role {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            name: row.name,
            description: row.description,
            permissions: Permissions::from_names(row.permissions.iter().map(String::as_str)),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// All roles of the tenant's own, by name.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Role>> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, name, description, permissions, version, created_at, updated_at FROM roles ORDER BY lower(name), id"
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Role::from).collect())
}

/// One role.
pub async fn load(conn: &mut PgConnection, id: RoleId) -> Result<Option<Role>> {
    let row = sqlx::query_as!(
        Row,
        "SELECT id, name, description, permissions, version, created_at, updated_at FROM roles WHERE id = $1",
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Role::from))
}

/// Creates a role. A taken name violates `roles_name_key`.
pub async fn create(
    conn: &mut PgConnection,
    id: RoleId,
    name: &str,
    description: &str,
    permissions: Permissions,
    now: DateTime<Utc>,
) -> Result<Role> {
    let row = sqlx::query_as!(
        Row,
        "INSERT INTO roles (tenant_id, id, name, description, permissions, created_at, updated_at)
         VALUES (current_tenant(), $1, $2, $3, $4, $5, $5)
         RETURNING id, name, description, permissions, version, created_at, updated_at",
        id.0,
        name,
        description,
        &names(permissions),
        now
    )
    .fetch_one(conn)
    .await?;
    Ok(row.into())
}

/// Writes name, description and permissions, if the row still has the version that was read; `None` if not.
pub async fn update(conn: &mut PgConnection, role: &Role, now: DateTime<Utc>) -> Result<Option<Role>> {
    let row = sqlx::query_as!(
        Row,
        "UPDATE roles SET name = $2, description = $3, permissions = $4, version = version + 1, updated_at = $5
          WHERE id = $1 AND version = $6
         RETURNING id, name, description, permissions, version, created_at, updated_at",
        role.id.0,
        role.name,
        role.description,
        &names(role.permissions),
        now,
        role.version
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Role::from))
}

/// Deletes a role of this version; whether there was one. One that somebody has, or is invited to, violates
/// `users_role_id_fkey` or `invitations_role_id_fkey`.
pub async fn delete(conn: &mut PgConnection, id: RoleId, version: i64) -> Result<bool> {
    let done = sqlx::query!("DELETE FROM roles WHERE id = $1 AND version = $2", id.0, version).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}

/// What a role allows; `None` if there is no such role.
pub async fn permissions(conn: &mut PgConnection, role: RoleKey) -> Result<Option<Permissions>> {
    match role {
        RoleKey::BuiltIn(role) => Ok(Some(role.permissions())),
        RoleKey::Custom(id) => Ok(load(conn, id).await?.map(|role| role.permissions)),
    }
}

/// Waits until nobody else changes who administers the tenant. To be called before a change that may take somebody's
/// rights, and [`somebody_administers`] after it: of two admins who take each other's, one sees what the other did.
pub async fn lock_administration(conn: &mut PgConnection) -> Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended(current_tenant()::text || ':administration', 0))")
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether an active person is left who may give people roles and make roles, and so can give themselves back whatever
/// else was taken.
pub async fn somebody_administers(conn: &mut PgConnection) -> Result<bool> {
    let needed = [Permission::ManageUsers, Permission::ManageRoles].map(|permission| permission.as_str().to_owned());
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT FROM users u LEFT JOIN roles r ON r.tenant_id = u.tenant_id AND r.id = u.role_id
                WHERE u.active AND (u.role = 'admin' OR r.permissions @> $1)) AS "is_there!""#,
        &needed[..] as _
    )
    .fetch_one(conn)
    .await?)
}

/// Permissions as they are stored.
pub(crate) fn names(permissions: Permissions) -> Vec<String> {
    permissions.iter().map(|permission| permission.as_str().to_owned()).collect()
}
