//! `signalbox keys`: other keys for the same secrets.

mod rotate_data;
mod rotate_master;

use crate::{cli::Keys, logging};
use config::Config;

/// Does what was typed.
pub async fn run(config: &Config, command: Keys) -> anyhow::Result<()> {
    logging::start(&config.log, logging::Default::Quiet)?;
    match command {
        Keys::RotateMaster { new_key } => rotate_master::run(config, &new_key).await,
        Keys::RotateData { grace } => rotate_data::run(config, grace).await,
    }
}
