//! `GET /api/v1/contacts`

use super::ListedContact;
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::{Limit, Page, Query, paging},
};
use domain::{CompanyId, role::Permission};
use serde::Deserialize;
use serde_json::Value;
use store::contacts::list::{self, Filter, Position};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Only who has all these words, or words that have them within, in name, e-mail address or number, whatever the case
    /// and the accents; or who has this address on a channel.
    search: Option<String>,
    /// Only this brand, by its key, or `none`.
    brand: Option<String>,
    /// Only the people of this company: an id, or `none`.
    company_id: Option<String>,
    /// Only who is, or is not, blocked.
    blocked: Option<bool>,
    /// Only who has, or has not, an e-mail address.
    has_email: Option<bool>,
    /// Only who has, or has not, a number.
    has_phone: Option<bool>,
    /// Only who has these fields of the tenant's own making: a JSON object.
    #[param(example = r#"{"plan":"gold"}"#)]
    attributes: Option<String>,
    /// How many, 1 to 200; 50 without it.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Params {
    fn filter(&self) -> Result<Filter, Problem> {
        let bad = |detail: &'static str| Problem::new(Code::BadRequest).detail(detail);
        let some_or_none = |name: &String| (name != "none").then(|| name.clone());
        let company = |name: String| name.parse::<CompanyId>().map_err(|_| bad("company_id must be an id or `none`."));
        let object = |text: &String| {
            let value = serde_json::from_str(text).ok().filter(Value::is_object);
            value.ok_or_else(|| bad("attributes must be a JSON object."))
        };
        Ok(Filter {
            brand: self.brand.as_ref().map(some_or_none),
            company: self.company_id.as_ref().map(|name| some_or_none(name).map(company).transpose()).transpose()?,
            blocked: self.blocked,
            has_email: self.has_email,
            has_phone: self.has_phone,
            attributes: self.attributes.as_ref().map(object).transpose()?,
            search: self.search.clone().filter(|text| !text.trim().is_empty()),
        })
    }
}

/// List contacts
///
/// The newest first. Agents see those whose conversations they see, and those whom nobody talks with.
#[utoipa::path(get, path = "/api/v1/contacts", tag = "contacts", params(Params),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "A page", body = Page<ListedContact>)))]
pub async fn list(caller: Caller, Query(params): Query<Params>) -> Result<axum::Json<Page<ListedContact>>, Problem> {
    let after = paging::time_of(params.cursor.as_deref())?.map(|(created_at, id)| Position { created_at, id });
    let filter = params.filter()?;
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let rows = list::page(&mut tx, &granted.sight, &filter, after, params.limit.rows()).await?;
    let cursor = |row: &list::Contact| paging::by_time(row.created_at, row.id.0);
    Ok(axum::Json(Page::of(rows, params.limit, cursor, ListedContact::from)))
}
