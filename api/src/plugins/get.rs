//! `GET /api/v1/plugins/{id}`

use super::list::ShownPlugin;
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Path,
    state::Api,
};
use axum::extract::State;
use domain::role::Permission;

/// Read a plugin
#[utoipa::path(get, path = "/api/v1/plugins/{id}", tag = "plugins", params(("id" = String, Path)),
    responses((status = 200, description = "The plugin", body = ShownPlugin),
              (status = 404, description = "`not_found`")))]
pub async fn get(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<axum::Json<ShownPlugin>, Problem> {
    let (mut tx, _) = caller.begin(Permission::WorkConversations).await?;
    let plugin = store::plugins::current(&mut *tx, &id).await?.ok_or(Code::NotFound)?;
    Ok(axum::Json(ShownPlugin::of(&api, &plugin)?))
}
