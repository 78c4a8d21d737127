//! A compiler and nothing else, as `signalbox compile-plugin` is one beside its other commands.

use std::{io, process::ExitCode};

fn main() -> ExitCode {
    match signalbox_plugin_host::compile(io::stdin().lock(), io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("compile-plugin: {error}");
            ExitCode::FAILURE
        }
    }
}
