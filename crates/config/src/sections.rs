//! What can be set: one struct and file per section, every field with its default.

mod auth;
mod database;
mod egress;
mod http;
mod log;
mod mail;
mod plugins;
mod rate_limit;
mod retention;
mod sandbox;
mod worker;

pub use auth::Auth;
pub use database::Database;
pub use egress::Egress;
pub use http::Http;
pub use log::{Log, LogFormat};
pub use mail::{Mail, MailTls};
pub use plugins::{Installers, Plugins};
pub use rate_limit::RateLimit;
pub use retention::Retention;
pub use sandbox::Sandbox;
pub use worker::{Lanes, Worker};

use crate::{
    secret::Secret,
    values::{MasterKey, PublicUrl},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Settings of Signalbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "Signalbox configuration")]
pub struct Config {
    /// Where files are kept: the private PostgreSQL cluster, the master key, compiled plugins.
    #[schemars(length(min = 1))]
    pub data_dir: PathBuf,
    /// The address under which browsers and providers reach the product. Webhook URLs and links
    /// begin with it; left out, with `http://` and `http.bind`, and plugins tell no provider where
    /// webhooks go.
    pub public_url: Option<PublicUrl>,
    /// The key that encrypts the data keys: 32 bytes as base64. Left out, `signalbox up` makes a
    /// file with it in the data directory; separate roles refuse to start.
    pub master_key: Option<Secret<MasterKey>>,
    /// A TOML file with plugins, tenants, endpoints, connections and rules, which `signalbox up` and
    /// `signalbox api` make so at each start. See docs/operations.md.
    pub provisioning: Option<PathBuf>,
    pub database: Database,
    pub http: Http,
    pub rate_limit: RateLimit,
    pub sandbox: Sandbox,
    pub worker: Worker,
    pub plugins: Plugins,
    pub egress: Egress,
    pub auth: Auth,
    pub mail: Mail,
    pub retention: Retention,
    pub log: Log,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: "./data".into(),
            public_url: None,
            master_key: None,
            provisioning: None,
            database: Database::default(),
            http: Http::default(),
            rate_limit: RateLimit::default(),
            sandbox: Sandbox::default(),
            worker: Worker::default(),
            plugins: Plugins::default(),
            egress: Egress::default(),
            auth: Auth::default(),
            mail: Mail::default(),
            retention: Retention::default(),
            log: Log::default(),
        }
    }
}

impl Config {
    /// Where the master key is kept when it is not set.
    pub fn master_key_file(&self) -> PathBuf {
        self.data_dir.join("master.key")
    }

    /// Where compiled plugins are kept.
    pub fn plugin_cache_dir(&self) -> PathBuf {
        self.plugins.cache_dir.clone().unwrap_or_else(|| self.data_dir.join("plugins"))
    }

    /// What links and webhook URLs begin with, without a slash at the end.
    pub fn base_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.as_str().to_owned(),
            None => format!("http://{}", self.http.bind),
        }
    }
}
