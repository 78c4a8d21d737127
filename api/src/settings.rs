//! What holds for the whole tenant.

pub mod get;
pub mod put;

use chrono::{DateTime, Utc};
use domain::second_factor::Enforcement;
use serde::Serialize;
use store::tenant_settings::TenantSettings;

/// What holds for the whole tenant.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = TenantSettings)]
pub struct ShownSettings {
    /// Whom it asks for a second factor. Who has none then can do nothing before they have set one up.
    #[schema(schema_with = crate::openapi::second_factor_enforcement)]
    require_second_factor: Enforcement,
    /// Whether customers are asked what they think of a conversation when it is closed.
    ask_for_rating: bool,
    /// How they are asked; null: with a plain question.
    rating_question: Option<String>,
    /// Why conversations are closed, in the order in which it is offered. Where there is nothing, any text will do.
    close_reasons: Vec<String>,
    /// Whether nothing is closed without a reason.
    close_reason_required: bool,
    /// The last change; null as long as nobody has changed anything.
    updated_at: Option<DateTime<Utc>>,
}

impl From<TenantSettings> for ShownSettings {
    fn from(settings: TenantSettings) -> Self {
        Self {
            require_second_factor: settings.require_second_factor,
            ask_for_rating: settings.ask_for_rating,
            rating_question: settings.rating_question,
            close_reasons: settings.close_reasons.choices,
            close_reason_required: settings.close_reasons.required,
            updated_at: settings.updated_at,
        }
    }
}
