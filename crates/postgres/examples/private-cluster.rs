//! Runs a private cluster in the directory named on the command line until Ctrl-C, and prints
//! the URL to reach it.

use std::env;

use anyhow::Context;
use signalbox_postgres::{Cluster, Options};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let dir = env::args().nth(1).context("usage: private-cluster DIRECTORY")?;
    // Asked for first: a Ctrl-C while the server starts must not leave it without an owner.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let cluster = Cluster::start(Options::new(dir).progress(|step| eprintln!("{step}"))).await?;
    println!("{}", cluster.url("postgres", "postgres"));
    interrupt.recv().await;
    cluster.stop().await?;
    Ok(())
}
