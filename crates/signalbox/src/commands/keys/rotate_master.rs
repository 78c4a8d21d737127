//! `signalbox keys rotate-master`: another master key for the same data keys.

use crate::{
    database,
    keys::{self, Missing},
};
use anyhow::Context as _;
use config::Config;
use std::path::Path;
use store::secrets;
use vault::{KeyId, MasterKey, WrappedKey};

/// Wraps every data key with the key in this file.
pub async fn run(config: &Config, new_key: &Path) -> anyhow::Result<()> {
    let current = keys::master(config, Missing::Refuse)?;
    let new = MasterKey::load_or_create(new_key).with_context(|| new_key.display().to_string())?;
    let db = database::open(config, database::app(config)?).await?;

    // All data keys or none: half of them would open with neither key alone.
    let mut tx = db.pool().begin().await?;
    let stored = secrets::data_keys(&mut *tx).await?;
    let mut changed = 0;
    for key in stored {
        let wrapped = WrappedKey { id: KeyId(key.id), bytes: key.wrapped };
        if wrapped.is_under(&new) {
            continue;
        }
        let wrapped = wrapped.rewrap(&current, &new).context("a data key does not open with the current master key")?;
        secrets::rewrap_data_key(&mut *tx, key.id, &wrapped.bytes).await?;
        changed += 1;
    }
    tx.commit().await?;

    println!("{changed} data keys are wrapped with the new master key; secrets did not have to change.");
    println!("Running processes go on. From their next start they need the key in {}:", new_key.display());
    println!(
        "put its content into SIGNALBOX_MASTER_KEY, or the file in the place of {}.",
        config.master_key_file().display()
    );
    Ok(())
}
