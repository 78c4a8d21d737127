//! What holds for the whole tenant.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{close_reason::CloseReasons, second_factor::Enforcement};
use sqlx::PgConnection;

/// What holds for the whole tenant. Its default is what holds as long as nobody has set anything, with version 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantSettings {
    /// Whom it asks for a second factor.
    pub require_second_factor: Enforcement,
    /// Whether customers are asked what they think of a conversation when it is closed.
    pub ask_for_rating: bool,
    /// How they are asked, with `{link}` where the link stands; `None`: a plain question.
    pub rating_question: Option<String>,
    /// Why conversations are closed.
    pub close_reasons: CloseReasons,
    /// Counts the changes.
    pub version: i64,
    /// The last change.
    pub updated_at: Option<DateTime<Utc>>,
}

/// What holds for the tenant of the running transaction.
pub async fn load(conn: &mut PgConnection) -> Result<TenantSettings> {
    let row = sqlx::query!(
        "SELECT require_second_factor, ask_for_rating, rating_question, close_reasons, close_reason_required, version,
                updated_at
           FROM tenant_settings"
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(TenantSettings::default()) };
    Ok(TenantSettings {
        require_second_factor: row
            .require_second_factor
            .parse()
            .map_err(|error| Error::corrupt("tenant_settings.require_second_factor", error))?,
        ask_for_rating: row.ask_for_rating,
        rating_question: row.rating_question,
        close_reasons: CloseReasons { choices: row.close_reasons, required: row.close_reason_required },
        version: row.version,
        updated_at: Some(row.updated_at),
    })
}

/// Sets everything, if `new.version` is still the version; `None` if it has been changed since.
pub async fn put(conn: &mut PgConnection, new: TenantSettings, now: DateTime<Utc>) -> Result<Option<TenantSettings>> {
    let written = sqlx::query_scalar!(
        "INSERT INTO tenant_settings AS s
                (tenant_id, require_second_factor, ask_for_rating, rating_question, close_reasons, close_reason_required,
                 updated_at)
         SELECT current_tenant(), $1, $2, $3, $4, $5, $7
          WHERE $6::bigint = 0 OR EXISTS (SELECT FROM tenant_settings WHERE tenant_id = current_tenant())
         ON CONFLICT (tenant_id) DO UPDATE
            SET require_second_factor = excluded.require_second_factor, ask_for_rating = excluded.ask_for_rating,
                rating_question = excluded.rating_question, close_reasons = excluded.close_reasons,
                close_reason_required = excluded.close_reason_required, version = s.version + 1,
                updated_at = excluded.updated_at
          WHERE s.version = $6
         RETURNING version",
        new.require_second_factor.as_str(),
        new.ask_for_rating,
        new.rating_question,
        &new.close_reasons.choices,
        new.close_reasons.required,
        new.version,
        now
    )
    .fetch_optional(conn)
    .await?;
    Ok(written.map(|version| TenantSettings { version, updated_at: Some(now), ..new }))
}
