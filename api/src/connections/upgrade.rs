//! `GET` and `POST /api/v1/connections/{id}/upgrade`: what another version would change, and the change itself

use super::{
    Error, ShownConnection, accounts_in, adopt,
    ask::{ask, refused},
    change_secrets, follow_newest, inherited, required, show,
};
use crate::{
    auth::{Caller, Record},
    endpoints::{self, invalid},
    live,
    plugins::{self, Compiled},
    problem::{Code, FieldProblem, Problem},
    request::{Json, Path, Query, tagged},
    state::Api,
};
use axum::{extract::State, response::Response};
use domain::{
    ConnectionId, EndpointId, TenantId,
    plugin::{Answer, PluginVersion, Question},
    role::Permission,
};
use manifest::{Change, Difference, FieldChange, FieldError, Interface, Stored};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::{collections::BTreeSet, sync::Arc};
use store::{
    connections::{
        self, Connection,
        versions::{self, Departure},
    },
    endpoints::Endpoint,
    secrets::{self, SealedSecret},
};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The version; without it, the one that new connections get.
    to: Option<String>,
}

/// What an upgrade would change.
#[derive(Serialize, utoipa::ToSchema)]
pub struct UpgradePreview {
    /// What differs. The ids in `added` need consent.
    #[schema(schema_with = crate::openapi::difference)]
    difference: Difference,
    /// What would be wrong with the settings; empty if they can stay as they are.
    settings_errors: Vec<FieldProblem>,
    /// What would be wrong with what the endpoint is set up with.
    endpoint_errors: Vec<FieldProblem>,
}

/// An upgrade, or a step back to an older version.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpgradeConnection {
    /// The version.
    to: String,
    /// The ids of all capabilities that are new.
    #[serde(default)]
    consent: BTreeSet<String>,
    /// Laid over the settings, field by field, for what the version needs anew. What it no longer has is dropped.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    settings: Option<Value>,
    /// The same for the connection's endpoint.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    endpoint_settings: Option<Value>,
}

/// See what an upgrade would change
///
/// Capabilities that are new, settings that are new, gone or have other rules, and whether the settings of the
/// connection would still be valid.
#[utoipa::path(get, path = "/api/v1/connections/{id}/upgrade", tag = "connections",
    params(("id" = uuid::Uuid, Path), Params),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "The difference", body = UpgradePreview),
              (status = 404, description = "`not_found`"),
              (status = 422, description = "`invalid`: there is no such version")))]
pub async fn get(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
    Query(params): Query<Params>,
) -> Result<axum::Json<UpgradePreview>, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    let connection = required(&mut tx, id).await?;
    let step = Step::load(&api, &mut tx, connection, params.to.as_deref()).await?;
    let nothing = json!({});
    let problems = |errors: Vec<FieldError>, at: &str| {
        let of = |error: FieldError| FieldProblem::new(error.pointer, error.code, error.message).below(at);
        errors.into_iter().map(of).collect()
    };
    let settings = step.settings(&mut tx, &nothing).await?;
    let endpoint = step.endpoint_settings(&mut tx, &nothing).await?;
    Ok(axum::Json(UpgradePreview {
        settings_errors: settings.err().map(|errors| problems(errors, "/settings")).unwrap_or_default(),
        endpoint_errors: endpoint.err().map(|errors| problems(errors, "/endpoint_settings")).unwrap_or_default(),
        difference: step.difference,
    }))
}

/// Upgrade a connection
///
/// From the next job on, the other version speaks for it. Its settings are migrated by the plugin, if that has the
/// interface `admin`; then `settings` is laid over them. What the connection had is kept, so that `rollback` brings it back.
#[utoipa::path(post, path = "/api/v1/connections/{id}/upgrade", tag = "connections",
    request_body = UpgradeConnection, params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "The connection as it is now, with an ETag", body = ShownConnection),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`consent_required`, with what is `missing`; `account_taken`"),
              (status = 412, description = "`precondition_failed`: it was changed at the same time"),
              (status = 422, description = "`invalid`, with pointers into the request"),
              (status = 502, description = "`plugin_failed`: it could not migrate the settings"),
              (status = 503, description = "`no_worker`: the plugin could not be asked to migrate the settings")))]
pub async fn upgrade(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
    Json(wanted): Json<UpgradeConnection>,
) -> Result<Response, Problem> {
    let migrated = migrate(&api, &caller, id, &wanted).await?;
    let (mut change, _) = caller.administer(Permission::ManageConnections).await?;
    let (tenant, now) = (change.tenant(), change.now());
    let before = required(change.conn(), id).await?;
    let shown_before = show(&api, change.conn(), before.clone()).await?;
    if migrated.as_ref().is_some_and(|migrated| migrated.of != before.version) {
        return Err(Code::PreconditionFailed.into());
    }
    let conn = change.conn();
    let mut step = Step::load(&api, conn, before, Some(&wanted.to)).await?;
    step.require_consent(&wanted.consent)?;
    step.migrated = migrated.map(|migrated| migrated.own);
    let step = step;
    let nothing = json!({});
    let settings = step.settings(conn, wanted.settings.as_ref().unwrap_or(&nothing)).await?;
    let settings = settings.map_err(|errors| invalid(errors, "/settings"))?;
    let endpoint = step.endpoint_settings(conn, wanted.endpoint_settings.as_ref().unwrap_or(&nothing)).await?;
    let endpoint = endpoint.map_err(|errors| invalid(errors, "/endpoint_settings"))?;

    let consent: Vec<String> = wanted.consent.into_iter().collect();
    let departure = Departure {
        endpoint_version: step.endpoint.as_ref().map(|endpoint| endpoint.plugin_version.as_str()),
        secrets: &step.secrets,
        next_version: &wanted.to,
        consent: &consent,
    };
    versions::keep(conn, &step.before, &departure, now).await?;
    step.write_secrets(&api, conn, tenant, &settings).await?;
    step.write_endpoint(&api, conn, tenant, endpoint).await?;
    let accounts = accounts_in(&step.new, &settings.settings);
    connections::set_accounts(conn, id, step.before.endpoint_id, &accounts).await.map_err(Error::from)?;
    let after = Connection {
        plugin_version: wanted.to.clone(),
        settings: settings.settings,
        own: Some(settings.own),
        ..step.before.clone()
    };
    connections::update(conn, &after, now).await?.ok_or(Code::PreconditionFailed)?;
    follow_newest(conn, step.before.endpoint_id).await?;
    change.connection_version_changed(id, &step.before.plugin_version, &wanted.to);
    change.follow_connection(id).await?;
    let connection = required(change.conn(), id).await?;
    let version = connection.version;
    let shown = show(&api, change.conn(), connection).await?;
    change.commit(Record::new("connection.upgraded").of(id).before(shown_before).after(&shown)).await?;
    adopt(&api, caller.tenant, id).await?;
    Ok(tagged(version, shown))
}

/// Settings as the plugin has made them for its other version.
struct Migrated {
    /// The state of the connection that they were made of.
    of: i64,
    own: Value,
}

/// Has the other version migrate the settings, if it does such things. A worker asks it, so this is no part of the
/// transaction that the upgrade is; whether the connection has changed meanwhile, that transaction looks.
async fn migrate(
    api: &Api,
    caller: &Caller,
    id: ConnectionId,
    wanted: &UpgradeConnection,
) -> Result<Option<Migrated>, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    let connection = required(&mut tx, id).await?;
    let of = connection.version;
    let step = Step::load(api, &mut tx, connection, Some(&wanted.to)).await?;
    drop(tx);
    step.require_consent(&wanted.consent)?;
    if !step.new.manifest.implements(Interface::Admin) {
        return Ok(None);
    }
    let question = Question::MigrateSettings { to: wanted.to.clone() };
    match ask(api, caller, id, &question, live::patience(None)).await? {
        Ok(Answer::Given { value }) => Ok(Some(Migrated { of, own: value })),
        Ok(Answer::Refused { code, message }) => Err(refused(code, message)),
        Err(_) => Err(Code::NoWorker.into()),
    }
}

/// The way from one version to another, with what it touches.
struct Step {
    before: Connection,
    new: Arc<Compiled>,
    difference: Difference,
    secrets: Vec<SealedSecret>,
    /// Absent where the endpoint is shared.
    endpoint: Option<Endpoint>,
    /// The connection's own settings as the plugin has migrated them.
    migrated: Option<Value>,
}

impl Step {
    async fn load(api: &Api, conn: &mut PgConnection, before: Connection, to: Option<&str>) -> Result<Self, Problem> {
        let old = plugins::installed(api, conn, &before.plugin_id, &before.plugin_version).await?;
        let plugin = match to {
            Some(to) => store::plugins::version(&mut *conn, &before.plugin_id, to).await?,
            None => store::plugins::current(&mut *conn, &before.plugin_id).await?,
        };
        let plugin = plugin.ok_or_else(|| Problem::field("/to", "unknown_version", "no such version is installed"))?;
        if to.is_some() && plugin.version == before.plugin_version {
            return Err(Problem::field("/to", "same_version", "the connection has this version already"));
        }
        let new = api.manifests.of(&plugin).map_err(Problem::internal)?;
        let difference = Difference::between(&old.manifest, &new.manifest);
        let secrets = secrets::of_connection(conn, before.id).await?;
        let endpoint = store::endpoints::load(conn, before.endpoint_id).await?;
        Ok(Self { before, new, difference, secrets, endpoint, migrated: None })
    }

    /// Refuses a version that may do more than was consented to, and says what.
    fn require_consent(&self, consent: &BTreeSet<String>) -> Result<(), Problem> {
        let missing = self.difference.without_consent(consent);
        if missing.is_empty() {
            return Ok(());
        }
        Err(Problem::new(Code::ConsentRequired).with("missing", json!(missing)))
    }

    /// The settings of the connection in the new version, or what is wrong with them.
    async fn settings(
        &self,
        conn: &mut PgConnection,
        change: &Value,
    ) -> Result<Result<Change, Vec<FieldError>>, Problem> {
        let own = self.migrated.as_ref().unwrap_or_else(|| self.before.own_settings());
        let own = without_removed(own, &self.difference);
        let tenant = inherited(conn, &self.new).await?;
        let known: BTreeSet<&str> = self.new.settings.secret_names().collect();
        let names = self.secrets.iter().map(|secret| &secret.name).filter(|name| known.contains(name.as_str()));
        let names = names.cloned().collect();
        Ok(self.new.settings.change(Stored { own: &own, tenant: &tenant, secrets: &names }, change))
    }

    /// What the endpoint is set up with in the new version, if it comes to have that; or what is wrong with it.
    async fn endpoint_settings(
        &self,
        conn: &mut PgConnection,
        change: &Value,
    ) -> Result<Result<Option<Change>, Vec<FieldError>>, Problem> {
        let Some(endpoint) = &self.endpoint else {
            // Its operator sets it up.
            return Ok(Ok(None));
        };
        if !self.moves_endpoint(conn, endpoint.id).await? {
            return Ok(Ok(None));
        }
        let names = endpoints::secret_names(conn, endpoint.id).await?;
        let mut settings = endpoint.settings.clone();
        remove(&mut settings, &self.difference.endpoint_settings);
        Ok(self.new.endpoint.update(&settings, &names, change).map(Some))
    }

    /// Whether the new version becomes the newest at the endpoint, whose recipe then is the endpoint's.
    async fn moves_endpoint(&self, conn: &mut PgConnection, endpoint: EndpointId) -> Result<bool, Problem> {
        let read = |version: &str| version.parse::<PluginVersion>().ok();
        let others = connections::other_versions_at(conn, endpoint, self.before.id).await?;
        let newest = others.iter().filter_map(|version| read(version)).max();
        Ok(newest <= read(&self.new.manifest.version))
    }

    /// New secrets are set, and those that the new version does not have removed: nothing could use them.
    async fn write_secrets(
        &self,
        api: &Api,
        conn: &mut PgConnection,
        tenant: TenantId,
        settings: &Change,
    ) -> Result<(), Problem> {
        change_secrets(api, conn, tenant, self.before.id, &settings.secrets, api.now()).await?;
        let known: BTreeSet<&str> = self.new.settings.secret_names().collect();
        for secret in self.secrets.iter().filter(|secret| !known.contains(secret.name.as_str())) {
            secrets::remove_from_connection(conn, self.before.id, &secret.name).await?;
        }
        Ok(())
    }

    async fn write_endpoint(
        &self,
        api: &Api,
        conn: &mut PgConnection,
        tenant: TenantId,
        change: Option<Change>,
    ) -> Result<(), Problem> {
        let (Some(endpoint), Some(change)) = (&self.endpoint, change) else { return Ok(()) };
        endpoints::put_secrets(api, conn, tenant, endpoint.id, &change.secrets, api.now()).await?;
        if change.settings != endpoint.settings {
            let after = Endpoint { settings: change.settings, ..endpoint.clone() };
            store::endpoints::update(conn, &after).await?.ok_or(Code::PreconditionFailed)?;
        }
        Ok(())
    }
}

/// Own settings without the fields that the new version does not have.
fn without_removed(own: &Value, difference: &Difference) -> Value {
    let mut own = own.clone();
    remove(&mut own, &difference.settings);
    own
}

/// Takes out of `settings` what is removed.
pub fn remove(settings: &mut Value, fields: &[manifest::FieldDifference]) {
    for field in fields.iter().filter(|field| field.change == FieldChange::Removed) {
        let Some((group, name)) = field.pointer.rsplit_once('/') else { continue };
        let name = name.replace("~1", "/").replace("~0", "~");
        if let Some(group) = settings.pointer_mut(group).and_then(Value::as_object_mut) {
            group.remove(&name);
        }
    }
}
