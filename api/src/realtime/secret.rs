//! `GET /api/v1/realtime/app` and `POST /api/v1/realtime/app/secret`: the app as a tenant's own servers use it.

use crate::{
    auth::{Caller, Record},
    problem::Problem,
    state::Api,
};
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::{TenantId, role::Permission};
use serde::Serialize;
use serde_json::json;
use store::realtime as stored;

/// What a server library of Channels needs.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ShownApp {
    /// The app id, which is the tenant's.
    #[schema(value_type = uuid::Uuid)]
    app_id: TenantId,
    /// The app key.
    key: String,
    /// The secret that signs. Whoever has it may publish in the tenant's own channels, and let anybody hear them.
    secret: String,
    /// When the secret was made.
    updated_at: DateTime<Utc>,
}

/// Read the app's secret
///
/// For server libraries of Channels. It signs for the tenant's own channels; ours it neither opens nor speaks in.
#[utoipa::path(get, path = "/api/v1/realtime/app", tag = "realtime",
    security(("access_token" = ["manage_settings"])),
    responses((status = 200, description = "The app", body = ShownApp)))]
pub async fn get(State(api): State<Api>, caller: Caller) -> Result<axum::Json<ShownApp>, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageSettings).await?;
    let (app, updated_at) = api.realtime.apps.of_tenant(&mut tx, caller.tenant, api.now()).await?;
    tx.commit().await?;
    Ok(axum::Json(ShownApp { app_id: caller.tenant, key: app.key, secret: app.secret, updated_at }))
}

/// Give the app another secret
///
/// The old one signs nothing any more, at once. Connections stay.
#[utoipa::path(post, path = "/api/v1/realtime/app/secret", tag = "realtime",
    security(("access_token" = ["manage_settings"])),
    responses((status = 200, description = "The app with its new secret", body = ShownApp)))]
pub async fn change(State(api): State<Api>, caller: Caller) -> Result<axum::Json<ShownApp>, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageSettings).await?;
    let (tenant, now) = (caller.tenant, change.now());
    let apps = &api.realtime.apps;
    // There may be none yet.
    apps.of_tenant(change.conn(), tenant, now).await?;
    stored::change_secret(change.conn(), &apps.new_secret(tenant), now).await?;
    let (app, updated_at) = apps.of_tenant(change.conn(), tenant, now).await?;
    change.commit(Record::new("realtime_app.secret_changed").of(tenant).after(json!({ "key": &app.key }))).await?;
    apps.forget(tenant);
    Ok(axum::Json(ShownApp { app_id: tenant, key: app.key, secret: app.secret, updated_at }))
}
