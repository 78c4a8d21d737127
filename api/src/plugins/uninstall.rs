//! `DELETE /api/v1/plugins/{id}/versions/{version}`

use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::Path,
    state::Api,
};
use axum::extract::State;
use config::Installers;
use domain::{TenantId, role::Permission};
use http::StatusCode;
use serde_json::{Value, json};
use store::plugins::uninstall::{self, Holder, Uninstalled};

/// Uninstall a version of a plugin
///
/// One that no connection and no endpoint holds, and that no connection would go back to. Where new connections got it,
/// they get the newest that is left.
#[utoipa::path(delete, path = "/api/v1/plugins/{id}/versions/{version}", tag = "plugins",
    params(("id" = String, Path), ("version" = String, Path)),
    security(("access_token" = ["install_plugins"])),
    responses((status = 204, description = "Uninstalled"),
              (status = 403, description = "`operator_only`, `forbidden`"),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`in_use`, with who holds it in `held_by`, and in `held_by_others` how many \
                                            are other tenants'")))]
pub async fn uninstall(
    State(api): State<Api>,
    caller: Caller,
    Path((id, version)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (mut change, _) = caller.administer(Permission::InstallPlugins).await?;
    if api.installers != Installers::Admins {
        return Err(Code::OperatorOnly.into());
    }
    let now = change.now();
    match uninstall::uninstall(change.conn(), &id, &version, now).await? {
        Uninstalled::Done => {
            let before = json!({ "plugin_id": id, "version": version });
            change.commit(Record::new("plugin.uninstalled").of(&id).before(before)).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        Uninstalled::Unknown => Err(Code::NotFound.into()),
        Uninstalled::Held(holders) => Err(held(caller.tenant, &holders)),
    }
}

/// Names what is the tenant's own; the rest is none of its business.
fn held(tenant: TenantId, holders: &[Holder]) -> Problem {
    let (mine, others): (Vec<_>, Vec<_>) = holders.iter().partition(|holder| holder.tenant_id == Some(tenant));
    let shown: Vec<Value> =
        mine.iter().map(|holder| json!({ "kind": holder.kind, "id": holder.id, "name": holder.name })).collect();
    Problem::new(Code::InUse)
        .detail("Connections or endpoints hold this version, or would go back to it.")
        .with("held_by", shown)
        .with("held_by_others", others.len())
}
