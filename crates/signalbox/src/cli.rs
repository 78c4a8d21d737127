//! What can be typed.

pub mod author;
pub mod import;
pub mod queue;

use clap::{Args, Parser, Subcommand};
use domain::{ConnectionId, job::Lane};
use egress::Mapping;
use std::path::PathBuf;

/// A job-queue driven integration and automation platform for customer messaging.
///
/// Every setting comes from a TOML file (`--config`) and from `SIGNALBOX_…` variables, which win; both are listed in
/// docs/configuration.md.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// The configuration file.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start everything in one process: database, migrations, API, workers.
    ///
    /// Without DATABASE_URL a private PostgreSQL is made in the data directory. With it, it names the owner of the
    /// tables; the product itself connects as `signalbox_app`.
    Up(Up),
    /// Serve webhooks and the REST API, and nothing else. Start as many as you need.
    Api(Api),
    /// Run jobs, and nothing else. Start as many as you need.
    Worker(Worker),
    /// Bring the database schema up to date, as the owner of the tables.
    Migrate,
    /// Tenants: the customers of this installation.
    #[command(subcommand)]
    Tenant(Tenant),
    /// Connections: accounts of tenants at providers.
    #[command(subcommand)]
    Connection(Connection),
    /// Endpoints: addresses that providers post to.
    #[command(subcommand)]
    Endpoint(Endpoint),
    /// Plugins: what speaks with a provider.
    #[command(subcommand)]
    Plugin(Plugin),
    /// Make the installation what a file says: plugins, tenants, endpoints, connections and rules.
    ///
    /// What is so already stays as it is, and so does what the file does not name. Secrets come from the environment.
    /// `signalbox up` and `signalbox api` do the same at each start with the file of the setting `provisioning`.
    Provision {
        /// A TOML file; see docs/operations.md.
        file: PathBuf,
    },
    /// Bring contacts, conversations and messages over from another system: one JSON object a line; see docs/import.md.
    ///
    /// To import the same file again changes nothing, and goes on where an import was interrupted. Lines that cannot be
    /// imported are left out and reported, and the command fails at its end.
    Import(import::Import),
    /// The job queue: look at it, pause it, mend what failed.
    ///
    /// For the operator: across tenants, with the database of the configuration. Tenants' admins have the same for what
    /// is theirs at /api/v1/queue.
    #[command(subcommand)]
    Queue(queue::Queue),
    /// Keys: what encrypts the secrets.
    #[command(subcommand)]
    Keys(Keys),
    /// Play recorded traffic through a running `signalbox up --sandbox`, and tell the story.
    Demo,
    /// Compile a plugin from the standard input to the standard output. What the other commands call.
    #[command(hide = true)]
    CompilePlugin,
    /// Print a completion script for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub struct Up {
    /// Simulate the providers on this machine, and make a tenant to try things with.
    #[arg(long)]
    pub sandbox: bool,
    /// A plugin to install first, as a `.wasm` file. May be given several times.
    #[arg(long = "plugin", value_name = "FILE")]
    pub plugins: Vec<PathBuf>,
    /// Reach a program on this machine instead of a provider's host, as plugins call it: for a provider that you
    /// simulate yourself. May be given several times.
    #[arg(long, value_name = "HOST=ADDRESS", requires = "sandbox", value_parser = simulated)]
    pub simulate: Vec<Mapping>,
}

/// `api.example.com=127.0.0.1:9000`
fn simulated(text: &str) -> Result<Mapping, String> {
    let parts = text.split_once('=').and_then(|(host, address)| Some((host, address.parse().ok()?)));
    let (host, to) = parts.ok_or("a host and an address, such as api.example.com=127.0.0.1:9000")?;
    Ok(Mapping { host: host.to_lowercase(), to })
}

#[derive(Debug, Args)]
pub struct Api {
    /// Reach the simulators of a `signalbox up --sandbox` (at `sandbox.bind`) instead of the providers' authorization
    /// servers.
    #[arg(long)]
    pub sandbox: bool,
}

#[derive(Debug, Args)]
pub struct Worker {
    /// Run only these lanes, with the concurrency that the configuration gives them.
    #[arg(long, value_delimiter = ',', value_name = "LANE")]
    pub lanes: Vec<Lane>,
    /// Reach the simulators of a `signalbox up --sandbox` (at `sandbox.bind`) instead of the providers.
    #[arg(long)]
    pub sandbox: bool,
}

#[derive(Debug, Subcommand)]
pub enum Tenant {
    /// Make a tenant with its first admin, whose password is printed once.
    Create {
        /// The tenant's name, for people.
        #[arg(long)]
        name: String,
        /// Its short name: lower-case letters, digits and hyphens. Made from the name if left out.
        #[arg(long)]
        slug: Option<String>,
        /// The address the admin signs in with.
        #[arg(long, value_name = "EMAIL")]
        admin_email: String,
        /// The admin's name; the address if left out.
        #[arg(long, value_name = "NAME")]
        admin_name: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum Connection {
    /// Connect an account of a tenant.
    ///
    /// Secrets are read from a file or standard input, never from the command line, where others could see them.
    Create {
        /// The tenant's short name.
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// The plugin, such as `whatsapp`.
        #[arg(long)]
        plugin: String,
        /// A name for people.
        #[arg(long)]
        name: String,
        /// The key of an existing endpoint, the last part of its webhook URL. Left out, one is made.
        #[arg(long, value_name = "KEY")]
        endpoint: Option<String>,
        /// A JSON file with the settings, secrets included; `-` reads standard input.
        #[arg(long, value_name = "FILE")]
        settings: PathBuf,
        /// A JSON file with what a new endpoint needs, such as the app secret; `-` reads standard input.
        #[arg(long, value_name = "FILE")]
        endpoint_settings: Option<PathBuf>,
    },
    /// List the connections of a tenant.
    List {
        /// The tenant's short name.
        #[arg(long, value_name = "SLUG")]
        tenant: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Endpoint {
    /// Make an endpoint that connections of several tenants can share.
    Create {
        /// The plugin, such as `whatsapp`.
        #[arg(long)]
        plugin: String,
        /// A name for people.
        #[arg(long)]
        name: String,
        /// A JSON file with what it needs, such as the app secret; `-` reads standard input.
        #[arg(long, value_name = "FILE")]
        settings: PathBuf,
    },
    /// Take webhooks at a shared endpoint as another version of its plugin does.
    ///
    /// An endpoint of one tenant follows its connections by itself.
    Upgrade {
        /// The key of the endpoint, the last part of its webhook URL.
        key: String,
        /// The version; left out, the newest.
        #[arg(long, value_name = "VERSION")]
        to: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum Plugin {
    /// Install a plugin, or another version of it beside those that are there.
    ///
    /// New connections get the newest version. Connections that there are keep theirs until somebody upgrades them.
    Install {
        /// The `.wasm` file.
        file: PathBuf,
        /// Put the file in the place of the same version, if that is installed with another file. For who develops a
        /// plugin: connections that hold the version run the new file within seconds, and nobody is asked.
        #[arg(long)]
        replace: bool,
    },
    /// Remove a version that nobody holds: no connection, no endpoint, and no connection that would go back to it.
    Uninstall {
        /// The plugin, such as `whatsapp`.
        id: String,
        /// The version.
        #[arg(value_name = "VERSION")]
        of: String,
    },
    /// List the installed plugins with their versions.
    List,
    /// Show what a plugin may do and what it is set up with.
    Show {
        /// The plugin, such as `whatsapp`.
        id: String,
        /// The version; left out, the one that new connections get.
        #[arg(value_name = "VERSION")]
        of: Option<String>,
    },
    /// List what a connection's plugin was called for, the latest first: how long it took, what it asked for, how it
    /// ended.
    Calls {
        /// The tenant's short name.
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// The connection.
        #[arg(long, value_name = "ID")]
        connection: ConnectionId,
        /// Only calls of this function of the plugin API, such as `send`.
        #[arg(long)]
        function: Option<String>,
        /// Only calls that failed.
        #[arg(long)]
        failed: bool,
        /// How many at most.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    #[command(flatten)]
    Author(author::Author),
}

#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Change the master key, without changing a single secret.
    RotateMaster {
        /// The file with the new key; it is made, readable by you only, if it does not exist.
        #[arg(long, value_name = "FILE")]
        new_key: PathBuf,
    },
    /// Change the data key: seal every secret and every token anew, while everything runs.
    ///
    /// A new key is added, which running processes learn of; then it seals whatever they write; then what lies in the
    /// database is sealed with it, row by row. It can be interrupted and repeated.
    RotateData {
        /// How long running processes get to learn of the key, in seconds. They look every ten.
        #[arg(long, value_name = "SECONDS", default_value_t = 30)]
        grace: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_provider_is_simulated_in_the_sandbox_only() {
        let simulate = ["--simulate", "API.example.com=127.0.0.1:9000"];
        let cli = Cli::parse_from(["signalbox", "up", "--sandbox"].into_iter().chain(simulate));
        let Command::Up(up) = cli.command else { panic!("not up") };
        assert_eq!(up.simulate[0].host, "api.example.com");
        assert_eq!(up.simulate[0].to.port(), 9000);
        assert!(Cli::try_parse_from(["signalbox", "up"].into_iter().chain(simulate)).is_err());
        assert!(Cli::try_parse_from(["signalbox", "up", "--sandbox", "--simulate", "api.example.com"]).is_err());
    }

    #[test]
    fn a_file_is_imported_for_a_tenant_and_converted_for_none() {
        let import = |args: &[&str]| {
            let cli = Cli::try_parse_from(["signalbox", "import"].iter().chain(args)).ok()?;
            let Command::Import(import) = cli.command else { panic!("not an import") };
            Some((import.command.is_some(), import.file))
        };
        let (converts, file) = import(&["old.jsonl", "--tenant", "lamps", "--connection", "a=b=Our number"]).unwrap();
        let file = file.unwrap();
        assert_eq!((converts, file.source.as_str()), (false, "import"));
        assert_eq!(file.connections, [("a=b".to_owned(), "Our number".to_owned())]);
        assert!(import(&["old.jsonl"]).is_none(), "whose?");
        assert!(import(&["old.jsonl", "--tenant", "lamps", "--connection", "a"]).is_none());
        let (converts, file) = import(&["convert", "chatwoot", "pages"]).unwrap();
        assert!(converts && file.is_none());
        assert!(import(&["convert", "chatwoot"]).is_none());
    }

    #[test]
    fn lanes_are_given_with_commas() {
        let cli = Cli::parse_from(["signalbox", "worker", "--lanes", "live,bulk"]);
        let Command::Worker(worker) = cli.command else { panic!("not a worker") };
        assert_eq!(worker.lanes, [Lane::Live, Lane::Bulk]);
        assert!(Cli::try_parse_from(["signalbox", "worker", "--lanes", "fast"]).is_err());
    }
}
