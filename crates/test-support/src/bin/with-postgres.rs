//! Runs a command that needs a database: `with-postgres COMMAND ARGUMENT…`
//!
//! With `DATABASE_URL` set, the command is simply run. Otherwise it gets the URL of a throwaway
//! server (fsync is off), which is deleted afterwards, however the command ended. The exit code
//! is the command's, or 128 and the number of the signal that ended it, or 125 when there was no
//! server to be had.

use std::env;
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus};

use anyhow::{Context, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use signalbox_test_support::Throwaway;
use tokio::process::{Child, Command};
use tokio::signal::unix::{self, SignalKind};

const NO_SERVER: u8 = 125;

#[tokio::main]
async fn main() -> ExitCode {
    run(env::args_os().skip(1).collect()).await.unwrap_or_else(|error| {
        eprintln!("with-postgres: {error:#}");
        ExitCode::from(NO_SERVER)
    })
}

async fn run(arguments: Vec<OsString>) -> anyhow::Result<ExitCode> {
    let Some((program, arguments)) = arguments.split_first() else {
        bail!("usage: with-postgres COMMAND ARGUMENT…");
    };
    let mut command = Command::new(program);
    command.args(arguments);
    let mut signals = Signals::listen()?;
    if env::var_os("DATABASE_URL").is_some_and(|url| !url.is_empty()) {
        return signals.supervise(&mut command).await;
    }
    eprintln!("with-postgres: starting a throwaway PostgreSQL (fsync is off)");
    let server = Throwaway::start().await?;
    command.env("DATABASE_URL", server.url());
    let outcome = match signals.pending().await {
        Some(signal) => Ok(code_of(signal as i32)),
        None => signals.supervise(&mut command).await,
    };
    server.stop().await?;
    outcome
}

/// The signals that would end us before we have cleaned up.
struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    hang_up: unix::Signal,
}

impl Signals {
    fn listen() -> anyhow::Result<Self> {
        Ok(Self {
            interrupt: unix::signal(SignalKind::interrupt())?,
            terminate: unix::signal(SignalKind::terminate())?,
            hang_up: unix::signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::SIGINT,
            _ = self.terminate.recv() => Signal::SIGTERM,
            _ = self.hang_up.recv() => Signal::SIGHUP,
        }
    }

    /// A signal that has come already.
    async fn pending(&mut self) -> Option<Signal> {
        tokio::select! {
            biased;
            signal = self.next() => Some(signal),
            () = std::future::ready(()) => None,
        }
    }

    /// Runs a command to its end, whatever signals come.
    async fn supervise(&mut self, command: &mut Command) -> anyhow::Result<ExitCode> {
        let program = command.as_std().get_program().to_owned();
        let mut child = command.spawn().with_context(|| format!("cannot run {}", program.display()))?;
        loop {
            tokio::select! {
                status = child.wait() => return Ok(exit_code(status?)),
                signal = self.next() => pass_on(&child, signal),
            }
        }
    }
}

/// Ctrl-C in a terminal reaches the command by itself, and twice often means "at once".
fn pass_on(child: &Child, signal: Signal) {
    let Some(pid) = child.id().and_then(|id| i32::try_from(id).ok()) else {
        return;
    };
    if signal != Signal::SIGINT
        && let Err(error) = kill(Pid::from_raw(pid), signal)
    {
        eprintln!("with-postgres: {signal} was not passed on: {error}");
    }
}

fn exit_code(status: ExitStatus) -> ExitCode {
    match (status.code(), status.signal()) {
        (Some(code), _) => ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)),
        (None, signal) => code_of(signal.unwrap_or_default()),
    }
}

/// What shells make of a signal.
fn code_of(signal: i32) -> ExitCode {
    ExitCode::from(u8::try_from(128 + signal).unwrap_or(u8::MAX))
}
