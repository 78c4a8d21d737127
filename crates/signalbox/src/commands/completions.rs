//! `signalbox completions`: so that a shell can finish what is typed.

use crate::cli::Cli;
use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

/// Prints the script for a shell.
pub fn print(shell: Shell) {
    generate(shell, &mut Cli::command(), "signalbox", &mut std::io::stdout());
}
