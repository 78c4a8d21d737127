//! Settings: defaults, then a TOML file, then the environment; checked before anything listens.
//!
//! Each setting is a field of one section's struct. Its name in the file, its environment variable,
//! its type, range and default and its entry in `docs/configuration.md` all come from that field,
//! by way of the JSON Schema that is generated from it. Loading reports everything that is wrong at
//! once, with the key, the line or variable it came from, and what was expected.
//!
//! - [`sections`]: what can be set
//! - [`values`]: settings with a form of their own (URLs, networks, hosts, keys)
//! - [`secret`]: what is never printed
//! - [`keys`]: the list of all keys, from the schema
//! - `load`: file and environment
//! - [`reference`](mod@reference): the page for operators

mod errors;
pub mod keys;
mod load;
pub mod reference;
pub mod secret;
pub mod sections;
pub mod values;

pub use errors::{ConfigError, ConfigErrors, Origin};
pub use keys::schema;
pub use load::process_environment;
pub use reference::reference_markdown;
pub use secret::Secret;
pub use sections::{
    Auth, Config, Database, Egress, Http, Installers, Lanes, Log, LogFormat, Mail, MailTls, Plugins, RateLimit,
    Retention, Sandbox, Worker,
};
pub use values::{Cidr, DatabaseUrl, HostName, LogFilter, Mailbox, MasterKey, PrivateHost, PublicUrl};
