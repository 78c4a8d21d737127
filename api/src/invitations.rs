//! Invitations: people who are asked to join the tenant, and choose their own password.

pub mod create;
pub mod list;
pub mod resend;
pub mod revoke;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{InvitationId, TeamId, UserId, role::RoleKey};
use serde::Serialize;
use store::invitations::Invitation;

/// How long somebody has to accept.
const LIFETIME: TimeDelta = TimeDelta::days(7);

/// Somebody who is asked to join.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Invitation)]
pub struct ShownInvitation {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: InvitationId,
    /// The address it went to, and the person will log in with.
    email: String,
    /// What they are called, until they say it themselves.
    name: Option<String>,
    /// What they will be allowed to do.
    #[schema(schema_with = crate::openapi::role)]
    role: RoleKey,
    /// The teams they will be in.
    #[schema(value_type = Vec<uuid::Uuid>)]
    team_ids: Vec<TeamId>,
    /// Who asked them.
    #[schema(value_type = uuid::Uuid)]
    invited_by: UserId,
    /// When.
    created_at: DateTime<Utc>,
    /// Until when the last link is good.
    expires_at: Option<DateTime<Utc>>,
    /// When the last e-mail left; null while it waits.
    sent_at: Option<DateTime<Utc>>,
}

impl From<Invitation> for ShownInvitation {
    fn from(row: Invitation) -> Self {
        Self {
            id: row.id,
            email: row.email,
            name: row.name,
            role: row.role,
            team_ids: row.team_ids,
            invited_by: row.invited_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            sent_at: row.sent_at,
        }
    }
}
