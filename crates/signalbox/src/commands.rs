//! One file per subcommand.

mod api;
mod completions;
mod connection;
mod demo;
mod endpoint;
mod import;
mod keys;
mod migrate;
mod plugin;
mod provision;
mod queue;
pub mod tenant;
mod up;
mod worker;

use crate::cli::{
    Cli, Command,
    import::{Command as Importing, Import},
};
use config::Config;
use std::io;

/// Does what was typed.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Completions { shell } => {
            completions::print(shell);
            return Ok(());
        }
        Command::CompilePlugin => return Ok(plugin_host::compile(io::stdin().lock(), io::stdout().lock())?),
        Command::Import(Import { command: Some(Importing::Convert(from)), .. }) => {
            return import::convert(from);
        }
        _ => {}
    }
    let config = Config::load(cli.config.as_deref(), config::process_environment())?;
    match cli.command {
        Command::Up(args) => up::run(config, args).await,
        Command::Api(args) => api::run(config, args).await,
        Command::Worker(args) => worker::run(config, args).await,
        Command::Migrate => migrate::run(&config).await,
        Command::Tenant(command) => tenant::run(&config, command).await,
        Command::Connection(command) => connection::run(&config, command).await,
        Command::Endpoint(command) => endpoint::run(&config, command).await,
        Command::Keys(command) => keys::run(&config, command).await,
        Command::Import(Import { file: Some(file), .. }) => import::run(&config, file).await,
        Command::Queue(command) => queue::run(&config, command).await,
        Command::Plugin(command) => plugin::run(&config, command).await,
        Command::Provision { file } => provision::run(config, &file).await,
        Command::Demo => demo::run(&config).await,
        Command::Completions { .. } | Command::CompilePlugin | Command::Import(_) => Ok(()),
    }
}
