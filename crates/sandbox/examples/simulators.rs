//! Starts the simulators, runs a command that finds them at `SIGNALBOX_SANDBOX`, and ends as it ends.

use signalbox_sandbox::{Config, Sandbox};
use std::process::ExitCode;
use tokio::process::Command;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().ok_or("name the command to run")?;
    let sandbox = Sandbox::bind("127.0.0.1:0".parse()?, Config::new(Vec::new())).await?;
    let status = Command::new(program).args(arguments).env("SIGNALBOX_SANDBOX", sandbox.url()).status().await?;
    sandbox.shutdown().await;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
