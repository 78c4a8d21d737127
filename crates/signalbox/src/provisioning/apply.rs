//! Makes the installation what a plan says, by the same requests that an admin would send.

use super::{
    file::{ConnectionEntry, DefaultsEntry, EndpointEntry, RuleEntry},
    plan::{Plan, Planned, PlannedTenant},
    secrets,
};
use crate::{
    commands::tenant::{self, Person},
    operator::Operator,
    plugins::{self, SameVersion},
    process::Process,
};
use anyhow::Context as _;
use domain::{ConnectionId, EndpointId, TenantId, role::Role};
use manifest::SecretChange;
use plugin_host::PluginHost;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use store::{plugins::Installed, users};

/// Applies the plan. Answers what was changed.
pub async fn all(process: &Process, host: &PluginHost, plan: &Plan) -> anyhow::Result<Vec<String>> {
    let mut changes = Vec::new();
    for file in &plan.plugins {
        if let Installed::New(plugin) = plugins::install(&process.database, host, file, SameVersion::Keep).await? {
            changes.push(format!("plugin {} {}: installed", plugin.id, plugin.version));
        }
    }
    for tenant in &plan.tenants {
        let id = match tenant.id {
            Some(id) => id,
            None => make_tenant(process, tenant, &mut changes).await?,
        };
        let operator = Operator::of(process, id).await?;
        let mut work = Work { process, operator: &operator, tenant: id, slug: &tenant.slug, changes: &mut changes };
        for defaults in &tenant.defaults {
            work.defaults(defaults).await.with_context(|| format!("defaults of `{}`", defaults.plugin))?;
        }
        for endpoint in &tenant.endpoints {
            work.endpoint(endpoint).await.with_context(|| format!("endpoint `{}`", endpoint.entry.name))?;
        }
        for connection in &tenant.connections {
            work.connection(connection).await.with_context(|| format!("connection `{}`", connection.entry.name))?;
        }
        for rule in &tenant.rules {
            work.rule(rule).await.with_context(|| format!("rule `{}`", rule.name))?;
        }
    }
    Ok(changes)
}

async fn make_tenant(process: &Process, tenant: &PlannedTenant, changes: &mut Vec<String>) -> anyhow::Result<TenantId> {
    let admin = tenant.admin.as_ref().context("the plan gives every new tenant an admin")?;
    let person = Person { email: &admin.email, name: &admin.name, role: Role::Admin };
    let made = tenant::create(&process.database, &tenant.name, &tenant.slug, &[person]).await?;
    let mut tx = process.database.begin(made.id).await?;
    let user = users::list(&mut tx, None, 1).await?.into_iter().next().context("the tenant has its admin")?;
    users::set_password_hash(&mut tx, user.id, &api::hash_password(&admin.password)?, process.clock.now()).await?;
    tx.commit().await?;
    changes.push(format!("tenant {}: made, with the admin {}", tenant.slug, admin.email));
    Ok(made.id)
}

/// One tenant, and what was changed so far.
struct Work<'a> {
    process: &'a Process,
    operator: &'a Operator,
    tenant: TenantId,
    slug: &'a str,
    changes: &'a mut Vec<String>,
}

impl Work<'_> {
    fn changed(&mut self, what: &str, name: &str, how: &str) {
        self.changes.push(format!("{}, {what} {name}: {how}", self.slug));
    }

    async fn defaults(&mut self, entry: &DefaultsEntry) -> anyhow::Result<()> {
        let path = format!("/api/v1/plugins/{}/defaults", entry.plugin);
        let (present, etag) = self.operator.read(&path).await?;
        if present["settings"] != entry.settings {
            self.operator.put(&path, &etag, &json!({ "settings": entry.settings })).await?;
            self.changed("defaults of", &entry.plugin, "set");
        }
        Ok(())
    }

    async fn endpoint(&mut self, planned: &Planned<EndpointEntry>) -> anyhow::Result<()> {
        let entry = &planned.entry;
        let Some(present) = self.named("/api/v1/endpoints", &entry.name).await? else {
            let new = json!({ "plugin_id": entry.plugin, "name": entry.name, "settings": planned.settings });
            let made = self.operator.post("/api/v1/endpoints", &new).await?;
            let url = made["webhook_url"].as_str().unwrap_or_default();
            self.changed("endpoint", &entry.name, &format!("made, at {url}"));
            return Ok(());
        };
        let id: EndpointId = id_of(&present)?;
        let mut tx = self.process.database.begin(self.tenant).await?;
        let stored = store::secrets::of_endpoint(&mut tx, id).await?;
        drop(tx);
        let owner = store::secrets::endpoint_owner(id);
        let is = |name: &str, value: &str| secrets::is(self.process, self.tenant, &owner, &stored, name, value);
        // What the endpoint works with has its defaults filled in, and so has what was planned.
        let mut patch = difference(&present["settings"], &planned.change.settings);
        put_secrets(&mut patch, &planned.change.secrets, is);
        self.change(&format!("/api/v1/endpoints/{id}"), &patch, "endpoint", &entry.name).await
    }

    async fn connection(&mut self, planned: &Planned<ConnectionEntry>) -> anyhow::Result<()> {
        let entry = &planned.entry;
        let Some(present) = self.named("/api/v1/connections", &entry.name).await? else {
            let endpoint = self.named("/api/v1/endpoints", &entry.endpoint).await?.context("its endpoint is gone")?;
            let mut new = json!({
                "plugin_id": entry.plugin,
                "name": entry.name,
                "endpoint_id": endpoint["id"],
                "settings": planned.settings,
            });
            if let Some(version) = &entry.version {
                new["plugin_version"] = json!(version);
            }
            self.operator.post("/api/v1/connections", &new).await?;
            self.changed("connection", &entry.name, "made");
            return Ok(());
        };
        let id: ConnectionId = id_of(&present)?;
        self.upgrade(id, entry, &planned.settings).await?;
        let mut tx = self.process.database.begin(self.tenant).await?;
        let connection = store::connections::load(&mut tx, id).await?.context("it is gone")?;
        let stored = store::secrets::of_connection(&mut tx, id).await?;
        drop(tx);
        let owner = store::secrets::connection_owner(id);
        let is = |name: &str, value: &str| secrets::is(self.process, self.tenant, &owner, &stored, name, value);
        let mut patch = difference(connection.own_settings(), &planned.change.own);
        put_secrets(&mut patch, &planned.change.secrets, is);
        self.change(&format!("/api/v1/connections/{id}"), &patch, "connection", &entry.name).await
    }

    /// Moves a connection to the version of the file, which consents to all that comes with it.
    async fn upgrade(&mut self, id: ConnectionId, entry: &ConnectionEntry, settings: &Value) -> anyhow::Result<()> {
        let Some(version) = &entry.version else { return Ok(()) };
        let mut tx = self.process.database.begin(self.tenant).await?;
        let connection = store::connections::load(&mut tx, id).await?.context("it is gone")?;
        drop(tx);
        if connection.plugin_version == *version {
            return Ok(());
        }
        let path = format!("/api/v1/connections/{id}/upgrade");
        let preview = self.operator.get(&format!("{path}?to={version}")).await?;
        let added = preview.pointer("/difference/added").and_then(Value::as_array).into_iter().flatten();
        let consent: Vec<&Value> = added.filter_map(|named| named.get("id")).collect();
        let body = json!({ "to": version, "consent": consent, "settings": settings });
        self.operator.post(&path, &body).await?;
        let how = format!("moved from version {} to {version}", connection.plugin_version);
        self.changed("connection", &entry.name, &how);
        Ok(())
    }

    async fn rule(&mut self, entry: &RuleEntry) -> anyhow::Result<()> {
        let wanted = json!({
            "description": entry.description,
            "enabled": entry.enabled,
            "definition": entry.definition,
        });
        let Some(present) = self.named("/api/v1/rules", &entry.name).await? else {
            let mut new = wanted;
            new["name"] = json!(entry.name);
            self.operator.post("/api/v1/rules", &new).await?;
            self.changed("rule", &entry.name, "made");
            return Ok(());
        };
        let id = present["id"].as_str().context("a rule has an id")?.to_owned();
        let is_so = ["description", "enabled", "definition"].iter().all(|part| present[part] == wanted[part]);
        if !is_so {
            let path = format!("/api/v1/rules/{id}");
            let (_, etag) = self.operator.read(&path).await?;
            self.operator.patch(&path, &etag, &wanted).await?;
            self.changed("rule", &entry.name, "changed");
        }
        Ok(())
    }

    /// Sends what differs of the settings, if anything does.
    async fn change(&mut self, path: &str, differing: &Value, what: &str, name: &str) -> anyhow::Result<()> {
        if *differing == json!({}) {
            return Ok(());
        }
        let (_, etag) = self.operator.read(path).await?;
        self.operator.patch(path, &etag, &json!({ "settings": differing })).await?;
        self.changed(what, name, "changed");
        Ok(())
    }

    /// The one of a list that has this name.
    async fn named(&self, list: &str, name: &str) -> anyhow::Result<Option<Value>> {
        let all = self.operator.all(list).await?;
        Ok(all.into_iter().find(|one| one.get("name").and_then(Value::as_str) == Some(name)))
    }
}

fn id_of<T: std::str::FromStr>(shown: &Value) -> anyhow::Result<T> {
    shown["id"].as_str().and_then(|id| id.parse().ok()).context("an answer without an id")
}

/// What makes `present` into `wanted` when it is laid over it (RFC 7396).
fn difference(present: &Value, wanted: &Value) -> Value {
    let (Some(present), Some(wanted)) = (present.as_object(), wanted.as_object()) else { return wanted.clone() };
    let mut patch = Map::new();
    for (name, value) in wanted {
        match present.get(name) {
            Some(same) if same == value => {}
            Some(group) if group.is_object() && value.is_object() => {
                patch.insert(name.clone(), difference(group, value));
            }
            _ => {
                patch.insert(name.clone(), value.clone());
            }
        }
    }
    for name in present.keys().filter(|name| !wanted.contains_key(*name)) {
        patch.insert(name.clone(), Value::Null);
    }
    Value::Object(patch)
}

/// Adds the secrets whose stored value is another one. A nested one is named with dots.
fn put_secrets(patch: &mut Value, wanted: &BTreeMap<String, SecretChange>, is: impl Fn(&str, &str) -> bool) {
    for (name, change) in wanted {
        if let SecretChange::Set(value) = change
            && !is(name, value)
        {
            let mut place = &mut *patch;
            for group in name.split('.') {
                place = &mut place[group];
            }
            *place = Value::String(value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_makes_one_into_the_other() {
        for (present, wanted, patch) in [
            (json!({ "a": 1 }), json!({ "a": 1 }), json!({})),
            (json!({ "a": 1, "b": 2 }), json!({ "a": 3 }), json!({ "a": 3, "b": null })),
            (json!({ "a": { "b": 1, "c": 2 } }), json!({ "a": { "b": 1 } }), json!({ "a": { "c": null } })),
            (json!({ "a": [1] }), json!({ "a": [1, 2] }), json!({ "a": [1, 2] })),
            (json!({}), json!({ "a": { "b": 1 } }), json!({ "a": { "b": 1 } })),
        ] {
            assert_eq!(difference(&present, &wanted), patch);
        }
    }

    #[test]
    fn only_secrets_that_differ_are_sent() {
        let mut patch = json!({});
        let set = |value: &str| SecretChange::Set(value.to_owned());
        let wanted = [("token".to_owned(), set("same")), ("smtp.password".to_owned(), set("new"))].into();
        put_secrets(&mut patch, &wanted, |_, value| value == "same");
        assert_eq!(patch, json!({ "smtp": { "password": "new" } }));
    }
}
