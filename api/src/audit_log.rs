//! The audit log: who administered what.

pub mod csv;
pub mod list;

use chrono::{DateTime, Utc};
use domain::{ApiKeyId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::audit::list::{Filter, Listed};
use uuid::Uuid;

/// Which entries.
#[derive(Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Filters {
    /// Only what this person did.
    #[param(value_type = Option<uuid::Uuid>)]
    user_id: Option<UserId>,
    /// Only this, such as `role.updated`.
    action: Option<String>,
    /// Only what was done to this kind of thing, such as `role`.
    target_kind: Option<String>,
    /// Only what was done to this one.
    target_id: Option<String>,
    /// Not before this.
    from: Option<DateTime<Utc>>,
    /// Before this.
    until: Option<DateTime<Utc>>,
}

impl From<Filters> for Filter {
    fn from(filters: Filters) -> Self {
        let Filters { user_id, action, target_kind, target_id, from, until } = filters;
        Self { user_id, action, target_kind, target_id, from, until }
    }
}

/// One change.
#[derive(Serialize, utoipa::ToSchema)]
pub struct AuditEntry {
    /// Which.
    id: Uuid,
    /// When.
    occurred_at: DateTime<Utc>,
    /// Who.
    #[schema(value_type = uuid::Uuid)]
    user_id: UserId,
    /// What they are called now.
    user_name: Option<String>,
    /// The API key they acted by, if they did not do it themselves.
    #[schema(value_type = Option<uuid::Uuid>)]
    api_key_id: Option<ApiKeyId>,
    /// What the key is called.
    api_key_name: Option<String>,
    /// What, such as `role.updated`.
    #[schema(example = "role.updated")]
    action: String,
    /// To what kind of thing.
    #[schema(example = "role")]
    target_kind: String,
    /// To which of them; null where there is one only, or it were many.
    target_id: Option<String>,
    /// What it was, as the API shows it; null if it is new.
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    /// What it became; null if it is gone.
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
    /// The IP address it was done from.
    address: String,
    /// The request that did it: `X-Request-Id` of its answer.
    request_id: String,
}

impl From<Listed> for AuditEntry {
    fn from(Listed { entry, user_name, api_key_name }: Listed) -> Self {
        Self {
            id: entry.id,
            occurred_at: entry.occurred_at,
            user_id: entry.user_id,
            user_name,
            api_key_id: entry.api_key_id,
            api_key_name,
            action: entry.action,
            target_kind: entry.target_kind,
            target_id: entry.target_id,
            before: entry.before,
            after: entry.after,
            address: entry.address,
            request_id: entry.request_id,
        }
    }
}
