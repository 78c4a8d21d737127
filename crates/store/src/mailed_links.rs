//! Links that e-mails carry: good once, and until they expire.
//!
//! What makes a link good is stored as a hash. Until its e-mail has left, it lies here sealed, too, so that the job that
//! sends it carries nothing but an id.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{InvitationId, MailedLinkId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To accept an invitation.
    Invitation(InvitationId),
    /// To set the password of a person.
    PasswordReset(UserId),
}

/// A new link.
pub struct NewLink<'a> {
    /// Which.
    pub id: MailedLinkId,
    /// What it is for.
    pub purpose: Purpose,
    /// The hash of what makes it good.
    pub token_hash: &'a [u8],
    /// What makes it good, sealed.
    pub sealed_token: &'a [u8],
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// A link whose e-mail has not left.
pub struct Unsent {
    /// What it is for.
    pub purpose: Purpose,
    /// What makes it good, sealed.
    pub sealed_token: Vec<u8>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// How a link is named in the place that its token is sealed for, besides its tenant.
pub fn owner(id: MailedLinkId) -> String {
    format!("mailed-link:{id}")
}

/// What its token is called there.
pub const TOKEN: &str = "token";

/// Adds a link in the place of all earlier ones for the same purpose.
pub async fn replace(conn: &mut PgConnection, link: &NewLink<'_>, now: DateTime<Utc>) -> Result<()> {
    spend_all(conn, link.purpose, now).await?;
    let (invitation, user) = ids(link.purpose);
    sqlx::query!(
        "INSERT INTO mailed_links (tenant_id, id, invitation_id, user_id, token_hash, sealed_token, created_at, expires_at)
         VALUES (current_tenant(), $1, $2, $3, $4, $5, $6, $7)",
        link.id.0,
        invitation,
        user,
        link.token_hash,
        link.sealed_token,
        now,
        link.expires_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What an unspent link is for, if it is good at this moment; locked, so that it is used once.
pub async fn redeem(conn: &mut PgConnection, token_hash: &[u8], now: DateTime<Utc>) -> Result<Option<Purpose>> {
    let row = sqlx::query!(
        "SELECT invitation_id, user_id FROM mailed_links
          WHERE token_hash = $1 AND spent_at IS NULL AND expires_at > $2 FOR UPDATE",
        token_hash,
        now
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.and_then(|row| purpose(row.invitation_id, row.user_id)))
}

/// Ends every link for this purpose, and forgets what made it good.
pub async fn spend_all(conn: &mut PgConnection, purpose: Purpose, now: DateTime<Utc>) -> Result<()> {
    let (invitation, user) = ids(purpose);
    sqlx::query!(
        "UPDATE mailed_links SET spent_at = $3, sealed_token = NULL
          WHERE (invitation_id = $1 OR user_id = $2) AND spent_at IS NULL",
        invitation,
        user,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How many links for this purpose were made since then: nobody's mailbox is to be flooded.
pub async fn made_since(conn: &mut PgConnection, purpose: Purpose, since: DateTime<Utc>) -> Result<i64> {
    let (invitation, user) = ids(purpose);
    Ok(sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM mailed_links
            WHERE (invitation_id = $1 OR user_id = $2) AND created_at > $3"#,
        invitation,
        user,
        since
    )
    .fetch_one(conn)
    .await?)
}

/// A link whose e-mail is to leave; `None` if it has left, or would be good for nothing.
pub async fn unsent(conn: &mut PgConnection, id: MailedLinkId, now: DateTime<Utc>) -> Result<Option<Unsent>> {
    let row = sqlx::query!(
        "SELECT invitation_id, user_id, sealed_token, expires_at FROM mailed_links
          WHERE id = $1 AND spent_at IS NULL AND expires_at > $2",
        id.0,
        now
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.and_then(|row| {
        let purpose = purpose(row.invitation_id, row.user_id)?;
        Some(Unsent { purpose, sealed_token: row.sealed_token?, expires_at: row.expires_at })
    }))
}

/// Notes that the e-mail has left, and forgets what made the link good.
pub async fn sent(conn: &mut PgConnection, id: MailedLinkId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("UPDATE mailed_links SET sent_at = $2, sealed_token = NULL WHERE id = $1", id.0, now)
        .execute(conn)
        .await?;
    Ok(())
}

fn ids(purpose: Purpose) -> (Option<Uuid>, Option<Uuid>) {
    match purpose {
        Purpose::Invitation(id) => (Some(id.0), None),
        Purpose::PasswordReset(id) => (None, Some(id.0)),
    }
}

fn purpose(invitation: Option<Uuid>, user: Option<Uuid>) -> Option<Purpose> {
    let invitation = invitation.map(|id| Purpose::Invitation(id.into()));
    invitation.or_else(|| user.map(|id| Purpose::PasswordReset(id.into())))
}
