//! What all peers have in common: the command line, the scenarios, and the line that is printed at the end.
//!
//! A peer is a program of its own, so that its dependencies, which differ from ours and from each other, stay out of
//! Signalbox.

mod command;
mod lock_file;
mod peer;
mod ran;
mod report;
mod scenarios;

pub use command::{Command, Scenario};
pub use peer::Peer;
pub use ran::Ran;

use clap::Parser as _;
use report::Report;

/// Runs one scenario and prints one line. `lock` is the text of the lock file, which knows the peer's version.
pub async fn run<P: Peer>(lock: &str) -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .init();
    let command = Command::parse();
    let peer = P::set_up(&command).await?;
    let figure = scenarios::run(&peer, &command).await?;
    let version = lock_file::version(lock, P::NAME)?;
    println!("{}", serde_json::to_string(&Report::new(P::NAME, version, peer.settings(), &command, &figure))?);
    Ok(())
}
