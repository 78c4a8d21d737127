//! The one binary. Each subcommand is a file under `commands`; what several of them need is beside this file.

mod cli;
mod clock;
mod commands;
mod database;
mod keys;
mod logging;
mod memory;
mod metrics;
mod operator;
mod plugins;
mod process;
mod provisioning;
mod roles;
mod settings_file;
mod status;
mod stop;

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    memory::return_large_blocks();
    let cli = cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("signalbox: the runtime cannot be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("signalbox: {error:#}");
            ExitCode::FAILURE
        }
    }
}
