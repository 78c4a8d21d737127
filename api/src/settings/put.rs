//! `PUT /api/v1/settings`

use super::ShownSettings;
use crate::{
    auth::{Caller, Record},
    problem::{Code, FieldProblem, Problem},
    request::{IfMatch, Json, tagged},
    surveys::ask::check_question,
};
use axum::response::Response;
use domain::{close_reason::CloseReasons, role::Permission, second_factor::Enforcement};
use serde::Deserialize;
use store::tenant_settings::{self, TenantSettings};

/// The most reasons to choose from.
const MOST_REASONS: usize = 100;
/// The most characters of a reason.
const LONGEST_REASON: usize = 100;

/// All settings: what is omitted gets its default.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSettings {
    /// Whom the tenant asks for a second factor.
    #[serde(default)]
    #[schema(schema_with = crate::openapi::second_factor_enforcement)]
    require_second_factor: Enforcement,
    /// Whether customers are asked what they think of a conversation when it is closed.
    #[serde(default)]
    ask_for_rating: bool,
    /// How they are asked, with `{link}` where the link stands; at most 2,000 characters. A plain question without it.
    #[serde(default)]
    rating_question: Option<String>,
    /// Why conversations are closed: at most 100 different reasons, of 1 to 100 characters, in the order in which they
    /// are offered. Where there are none, any text will do.
    #[serde(default)]
    #[schema(max_items = 100)]
    close_reasons: Vec<String>,
    /// Whether nothing is closed without a reason.
    #[serde(default)]
    close_reason_required: bool,
}

impl PutSettings {
    /// The reasons without blanks around them.
    fn close_reasons(&self) -> Result<CloseReasons, Problem> {
        let choices: Vec<String> = self.close_reasons.iter().map(|reason| reason.trim().to_owned()).collect();
        if choices.len() > MOST_REASONS {
            return Err(Problem::field("/close_reasons", "length", "must be at most 100"));
        }
        let wrong = |(index, reason): (usize, &String)| {
            let (code, what) = match reason.chars().count() {
                1..=LONGEST_REASON if choices[..index].contains(reason) => ("duplicate", "is there already"),
                1..=LONGEST_REASON => return None,
                _ => ("length", "must have 1 to 100 characters"),
            };
            Some(FieldProblem::new(format!("/close_reasons/{index}"), code, what))
        };
        let problems: Vec<_> = choices.iter().enumerate().filter_map(wrong).collect();
        if !problems.is_empty() {
            return Err(Problem::invalid(problems));
        }
        Ok(CloseReasons { choices, required: self.close_reason_required })
    }
}

/// Set the settings of the tenant
#[utoipa::path(put, path = "/api/v1/settings", tag = "settings", request_body = PutSettings,
    params(crate::openapi::IfMatch), security(("access_token" = ["manage_settings"])),
    responses((status = 200, description = "The settings as they are now, with an ETag", body = ShownSettings),
              (status = 412, description = "`precondition_failed`"),
              (status = 422, description = "`invalid`"),
              (status = 428, description = "`precondition_required`")))]
pub async fn put(caller: Caller, if_match: IfMatch, Json(new): Json<PutSettings>) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageSettings).await?;
    let before = tenant_settings::load(change.conn()).await?;
    if_match.check(before.version)?;
    if let Some(question) = &new.rating_question {
        check_question("/rating_question", question)?;
    }
    let close_reasons = new.close_reasons()?;
    let new = TenantSettings {
        require_second_factor: new.require_second_factor,
        ask_for_rating: new.ask_for_rating,
        rating_question: new.rating_question,
        close_reasons,
        ..before.clone()
    };
    let now = change.now();
    let after = tenant_settings::put(change.conn(), new, now).await?.ok_or(Code::PreconditionFailed)?;
    let (version, after) = (after.version, ShownSettings::from(after));
    change.commit(Record::new("settings.updated").before(ShownSettings::from(before)).after(&after)).await?;
    Ok(tagged(version, after))
}
