//! `POST /api/v1/plugins` and the results of installations
//!
//! What a file says about itself is read here; whether it compiles and fits the plugin API is tried by a worker, for
//! which whoever asks waits a while.

use super::list::ShownPlugin;
use crate::{
    auth::{Caller, Record},
    live::{self, Wait},
    problem::{Code, FieldProblem, Problem},
    request::{Path, Query, Wasm},
    state::Api,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use config::Installers;
use domain::{
    jobs::InstallPlugin,
    plugin::{InstallOutcome, Refusal},
    role::Permission,
};
use http::{StatusCode, header};
use manifest::{Manifest, Preamble};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use store::plugins::{
    self,
    installations::{self, Installation},
};
use uuid::Uuid;

/// An installation that is not done yet, or was refused after its asker had gone.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PluginInstallation {
    /// Which.
    id: Uuid,
    /// Whether it is done.
    done: bool,
    /// When somebody asked for it.
    requested_at: DateTime<Utc>,
    /// When it was done.
    completed_at: Option<DateTime<Utc>>,
    /// `installed`, `version_taken` or `refused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    /// The plugin that was installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    plugin_id: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// Why the file was refused: all of it, with pointers into the manifest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

/// Install a plugin
///
/// Takes one `.wasm` file, and installs it beside the other versions of the plugin. New connections get the newest
/// version; connections that there are keep theirs until they are upgraded. The same file again changes nothing.
#[utoipa::path(post, path = "/api/v1/plugins", tag = "plugins", params(Wait),
    request_body(content = Wasm, content_type = "application/wasm", description = "The file, up to 8 MiB"),
    security(("access_token" = ["install_plugins"])),
    responses((status = 200, description = "The same file was installed already", body = ShownPlugin),
              (status = 201, description = "Installed", body = ShownPlugin),
              (status = 202, description = "Not yet; Location says where to look", body = PluginInstallation),
              (status = 403, description = "`operator_only`, `forbidden`"),
              (status = 409, description = "`version_taken`: a version never changes"),
              (status = 413, description = "`too_large`"),
              (status = 422, description = "`invalid`, with everything that is wrong and pointers into the manifest")))]
pub async fn install(
    State(api): State<Api>,
    caller: Caller,
    Query(wait): Query<Wait>,
    Wasm(wasm): Wasm,
) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::InstallPlugins).await?;
    if api.installers != Installers::Admins {
        return Err(Code::OperatorOnly.into());
    }
    let manifest = read(&wasm)?;
    if let Some(known) = plugins::version(change.conn(), &manifest.id, &manifest.version).await? {
        let is_same = known.sha256 == Sha256::digest(&wasm)[..];
        let shown = ShownPlugin::of(&api, &known)?;
        return if is_same { Ok(axum::Json(shown).into_response()) } else { Err(Code::VersionTaken.into()) };
    }
    let (id, now) = (Uuid::now_v7(), change.now());
    installations::request(change.conn(), id, &wasm, now).await?;
    change.enqueue(&InstallPlugin { tenant_id: caller.tenant, installation_id: id }).await?;
    let after = json!({ "plugin_id": manifest.id, "version": manifest.version, "installation_id": id });
    change.commit(Record::new("plugin.installed").of(&manifest.id).after(after)).await?;
    let installation = live::answer(
        wait.patience(),
        |installation: &Installation| installation.completed_at.is_some(),
        || async {
            let mut tx = api.database.begin(caller.tenant).await?;
            Ok(installations::load(&mut tx, id).await?.ok_or(Code::NotFound)?)
        },
    )
    .await?;
    match outcome(&installation)? {
        Some(InstallOutcome::Installed { plugin_id, version }) => {
            let mut tx = api.database.begin(caller.tenant).await?;
            let shown = installed(&api, &mut tx, &plugin_id, &version).await?;
            let location = [(header::LOCATION, format!("/api/v1/plugins/{plugin_id}/versions/{version}"))];
            Ok((StatusCode::CREATED, location, axum::Json(shown)).into_response())
        }
        Some(InstallOutcome::VersionTaken { .. }) => Err(Code::VersionTaken.into()),
        Some(InstallOutcome::Refused { reasons }) => Err(Problem::invalid(told(reasons))),
        None => {
            let location = [(header::LOCATION, format!("/api/v1/plugins/installations/{id}"))];
            Ok((StatusCode::ACCEPTED, location, axum::Json(show(id, &installation, None))).into_response())
        }
    }
}

/// Read the result of an installation
#[utoipa::path(get, path = "/api/v1/plugins/installations/{id}", tag = "plugins", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["install_plugins"])),
    responses((status = 200, description = "The installation, done or not", body = PluginInstallation),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<Uuid>) -> Result<axum::Json<PluginInstallation>, Problem> {
    let (mut tx, _) = caller.begin(Permission::InstallPlugins).await?;
    let installation = installations::load(&mut tx, id).await?.ok_or(Code::NotFound)?;
    let outcome = outcome(&installation)?;
    Ok(axum::Json(show(id, &installation, outcome)))
}

/// The manifest in the file, or everything that is wrong with it.
fn read(wasm: &[u8]) -> Result<Manifest, Problem> {
    let preamble = Preamble::read(wasm).map_err(|error| Problem::field("", "plugin", error.to_string()))?;
    Manifest::parse(preamble.manifest).map_err(|error| {
        let problem = |reason: &manifest::Reason| FieldProblem::new(reason.pointer(), reason.code(), reason.message());
        Problem::invalid(error.reasons().iter().map(problem).collect())
    })
}

fn outcome(installation: &Installation) -> Result<Option<InstallOutcome>, Problem> {
    installation.outcome.clone().map(serde_json::from_value).transpose().map_err(Problem::internal)
}

async fn installed(api: &Api, conn: &mut PgConnection, id: &str, version: &str) -> Result<ShownPlugin, Problem> {
    let plugin = plugins::version(conn, id, version).await?.ok_or(Code::NotFound)?;
    ShownPlugin::of(api, &plugin)
}

fn told(reasons: Vec<Refusal>) -> Vec<FieldProblem> {
    reasons.into_iter().map(|reason| FieldProblem::new(reason.pointer, reason.code, reason.message)).collect()
}

fn show(id: Uuid, installation: &Installation, outcome: Option<InstallOutcome>) -> PluginInstallation {
    let (result, of, errors) = match outcome {
        None => (None, None, Vec::new()),
        Some(InstallOutcome::Installed { plugin_id, version }) => {
            (Some("installed"), Some((plugin_id, version)), Vec::new())
        }
        Some(InstallOutcome::VersionTaken { plugin_id, version }) => {
            (Some("version_taken"), Some((plugin_id, version)), Vec::new())
        }
        Some(InstallOutcome::Refused { reasons }) => (Some("refused"), None, told(reasons)),
    };
    let (plugin_id, version) = of.unzip();
    PluginInstallation {
        id,
        done: installation.completed_at.is_some(),
        requested_at: installation.requested_at,
        completed_at: installation.completed_at,
        result: result.map(str::to_owned),
        plugin_id,
        version,
        errors,
    }
}
