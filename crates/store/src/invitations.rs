//! People who are asked to join the tenant. An invitation that was accepted or taken back is gone.

use crate::{Error, Result, users::role_key};
use chrono::{DateTime, Utc};
use domain::{
    InvitationId, TeamId, UserId,
    role::{Role, RoleKey},
};
use sqlx::PgConnection;
use uuid::Uuid;

/// Somebody who is asked to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Which.
    pub id: InvitationId,
    /// The address it went to, and the person will log in with.
    pub email: String,
    /// What they are called, until they say it themselves.
    pub name: Option<String>,
    /// What they will be allowed to do.
    pub role: RoleKey,
    /// The teams they will be in.
    pub team_ids: Vec<TeamId>,
    /// Who asked them.
    pub invited_by: UserId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When its last link ends; `None` for one that nobody has made.
    pub expires_at: Option<DateTime<Utc>>,
    /// When its last e-mail left.
    pub sent_at: Option<DateTime<Utc>>,
}

struct Row {
    id: Uuid,
    email: String,
    name: Option<String>,
    role: Option<String>,
    role_id: Option<Uuid>,
    team_ids: Vec<Uuid>,
    invited_by: Uuid,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    sent_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Invitation {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            email: row.email,
            name: row.name,
            role: role_key(row.role.as_deref(), row.role_id)?,
            team_ids: row.team_ids.into_iter().map(TeamId::from).collect(),
            invited_by: row.invited_by.into(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            sent_at: row.sent_at,
        })
    }
}

/// Adds an invitation. One to somebody who has one violates `invitations_email_key`.
pub async fn create(conn: &mut PgConnection, invitation: &Invitation) -> Result<()> {
    let teams: Vec<Uuid> = invitation.team_ids.iter().map(|id| id.0).collect();
    sqlx::query!(
        "INSERT INTO invitations (tenant_id, id, email, name, role, role_id, team_ids, invited_by, created_at)
         VALUES (current_tenant(), $1, $2, $3, $4, $5, $6, $7, $8)",
        invitation.id.0,
        invitation.email,
        invitation.name,
        invitation.role.built_in().map(Role::as_str),
        invitation.role.custom().map(Uuid::from),
        &teams,
        invitation.invited_by.0,
        invitation.created_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// One invitation, locked: of two who do something with it, one waits.
pub async fn lock(conn: &mut PgConnection, id: InvitationId) -> Result<Option<Invitation>> {
    sqlx::query!("SELECT id FROM invitations WHERE id = $1 FOR UPDATE", id.0).fetch_optional(&mut *conn).await?;
    load(conn, id).await
}

/// One invitation.
pub async fn load(conn: &mut PgConnection, id: InvitationId) -> Result<Option<Invitation>> {
    sqlx::query_as!(
        Row,
        r#"SELECT i.id, i.email, i.name, i.role, i.role_id, i.team_ids, i.invited_by, i.created_at,
                  l.expires_at AS "expires_at?", l.sent_at AS "sent_at?"
             FROM invitations i LEFT JOIN LATERAL (
                  SELECT x.expires_at, x.sent_at FROM mailed_links x
                   WHERE x.tenant_id = i.tenant_id AND x.invitation_id = i.id ORDER BY x.id DESC LIMIT 1) l ON true
            WHERE i.id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await?
    .map(Invitation::try_from)
    .transpose()
}

/// Invitations in the order of their ids, from after `after`.
pub async fn list(conn: &mut PgConnection, after: Option<InvitationId>, limit: i64) -> Result<Vec<Invitation>> {
    sqlx::query_as!(
        Row,
        r#"SELECT i.id, i.email, i.name, i.role, i.role_id, i.team_ids, i.invited_by, i.created_at,
                  l.expires_at AS "expires_at?", l.sent_at AS "sent_at?"
             FROM invitations i LEFT JOIN LATERAL (
                  SELECT x.expires_at, x.sent_at FROM mailed_links x
                   WHERE x.tenant_id = i.tenant_id AND x.invitation_id = i.id ORDER BY x.id DESC LIMIT 1) l ON true
            WHERE $1::uuid IS NULL OR i.id > $1
            ORDER BY i.id LIMIT $2"#,
        after.map(Uuid::from),
        limit
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(Invitation::try_from)
    .collect()
}

/// Removes an invitation, because the person is there now or is not to come, and its links with it.
pub async fn remove(conn: &mut PgConnection, id: InvitationId) -> Result<()> {
    sqlx::query!("DELETE FROM invitations WHERE id = $1", id.0).execute(conn).await?;
    Ok(())
}
