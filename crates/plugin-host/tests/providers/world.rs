//! A plugin with one connection, and the providers that its requests lead to.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use egress::{Egress, Mapping};
use manifest::DataSchema;
use plugin_sdk::actions::Call;
use plugin_sdk::{PluginError, SenderId, Subject};
use sandbox::Sandbox;
use serde_json::{Value, json};
use signalbox_plugin_host::{CallContext, CallError, CallSecrets, Cause, Config, Plugin, PluginHost, Tape};

use crate::memory::Memory;

/// What the provider knows the plugin by.
pub const TOKEN: &str = "the-access-token";

pub struct World {
    pub sandbox: Sandbox,
    pub plugin: Arc<Plugin>,
    pub settings: Value,
    token: String,
    state: Arc<Memory>,
    clock: Arc<Mutex<DateTime<Utc>>>,
}

impl World {
    /// The plugin of this name with these settings; the providers are empty.
    pub async fn start(name: &str, settings: Value) -> Self {
        let clock = Arc::new(Mutex::new(DateTime::from_timestamp(1_795_000_000, 0).unwrap()));
        let hand = Arc::clone(&clock);
        let config =
            sandbox::Config { clock: Arc::new(move || *hand.lock().unwrap()), ..sandbox::Config::new(Vec::new()) };
        let sandbox = Sandbox::bind("127.0.0.1:0".parse().unwrap(), config).await.unwrap();
        let mapping = |host: &str| Mapping { host: host.to_owned(), to: sandbox.address() };
        let egress = egress::Config { sandbox: sandbox::HOSTS.map(mapping).to_vec(), ..egress::Config::default() };
        // Shared by all tests and runs: compiling takes longer than anything the plugin does here.
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled-plugins");
        let config = Config { max_concurrent_calls: 2, ..Config::new(cache, Egress::new(egress).unwrap()) };
        let plugin = PluginHost::new(config).unwrap().load(&file(name)).unwrap();
        Self { sandbox, plugin, settings, token: TOKEN.to_owned(), state: Arc::default(), clock }
    }

    /// The same connection with another token.
    pub fn with_token(mut self, token: &str) -> Self {
        token.clone_into(&mut self.token);
        self
    }

    pub fn now(&self) -> DateTime<Utc> {
        *self.clock.lock().unwrap()
    }

    pub fn advance(&self, step: TimeDelta) {
        *self.clock.lock().unwrap() += step;
    }

    /// The context of the next call.
    pub fn call(&self) -> CallContext {
        let secrets = BTreeMap::from([("access_token".to_owned(), self.token.clone().into())]);
        CallContext {
            call_id: "call-1".to_owned(),
            attempt: 1,
            now_ms: self.now().timestamp_millis().try_into().unwrap(),
            connection_id: "connection-1".to_owned(),
            settings: self.settings.clone(),
            secrets: CallSecrets::new(secrets),
            state: Some(self.state.clone()),
            recorder: None,
            tape: Tape::off(),
        }
    }

    /// Runs an action, whose input and output are what the manifest says.
    pub async fn act(&self, name: &str, input: Value) -> Result<Value, PluginError> {
        self.act_as(name, "key-1", input).await
    }

    /// The same under an idempotency key.
    pub async fn act_as(&self, name: &str, key: &str, input: Value) -> Result<Value, PluginError> {
        let action = self.plugin.manifest().action(name).unwrap();
        fits(&action.input_schema().unwrap(), &input);
        let call = Call { name: name.to_owned(), input, idempotency_key: key.to_owned() };
        let output = self.plugin.invoke(&self.call(), call).await.map_err(|error| told(&error))?;
        fits(&action.output_schema().unwrap(), &output);
        Ok(output)
    }

    /// The facts about somebody: their names and texts.
    pub async fn facts(&self, subject: &Subject) -> Result<Vec<(String, String)>, PluginError> {
        let facts = self.plugin.facts(&self.call(), subject).await.map_err(|error| told(&error))?;
        Ok(facts.into_iter().map(|fact| (fact.name, fact.text)).collect())
    }

    /// The checks of the connection test that are not passed.
    pub async fn failed_checks(&self) -> Vec<String> {
        let report = self.plugin.check(&self.call()).await.unwrap();
        let failed: Vec<String> = report.checks.into_iter().filter(|check| !check.ok).map(|check| check.name).collect();
        assert_eq!(report.ok, failed.is_empty());
        failed
    }

    /// The labels of what can be chosen for a field.
    pub async fn options(&self, field: &str, search: &str) -> Vec<String> {
        let choices = self.plugin.options(&self.call(), field, search).await.unwrap();
        choices.into_iter().map(|choice| choice.label).collect()
    }
}

/// Somebody with a telephone number.
pub fn caller(phone: &str) -> Subject {
    Subject { ids: vec![SenderId::phone(phone)], phone: Some(phone.to_owned()), ..Subject::default() }
}

/// The error that the plugin itself gives.
pub fn told(error: &CallError) -> PluginError {
    match &error.cause {
        Cause::Plugin(told) => told.clone(),
        other => panic!("{other:?}"),
    }
}

fn fits(schema: &DataSchema, value: &Value) {
    let errors = schema.check(value);
    assert!(errors.is_empty(), "{value} does not fit: {errors:?}");
}

fn file(name: &str) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../../plugins/target/wasm32-unknown-unknown/release/signalbox_{name}.wasm"));
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}; run `make plugins` first", file.display()))
}

/// The names of a manifest's actions, sorted, for a test that none is left out.
pub fn actions(world: &World) -> Value {
    let mut names: Vec<&str> = world.plugin.manifest().actions.iter().map(|action| action.name.as_str()).collect();
    names.sort_unstable();
    json!(names)
}
