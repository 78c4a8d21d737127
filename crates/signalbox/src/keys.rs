//! The master key, and the data keys that it opens.

use anyhow::{Context as _, bail};
use config::Config;
use store::{Database, secrets};
use vault::{DataKey, KeyId, Keyring, MasterKey, WrappedKey};

/// Whether a master key may be made where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// `up` makes one: it is the first start.
    Create,
    /// A separate role refuses: it would make another key than its peers have.
    Refuse,
}

/// The master key from the configuration, or from its file.
pub fn master(config: &Config, missing: Missing) -> anyhow::Result<MasterKey> {
    if let Some(key) = &config.master_key {
        return MasterKey::from_base64(key.expose().as_base64()).context("SIGNALBOX_MASTER_KEY");
    }
    let file = config.master_key_file();
    match missing {
        Missing::Create => MasterKey::load_or_create(&file).with_context(|| file.display().to_string()),
        Missing::Refuse if file.exists() => MasterKey::load(&file).with_context(|| file.display().to_string()),
        Missing::Refuse => bail!(
            "there is no master key: set SIGNALBOX_MASTER_KEY to what the other processes have \
             (`signalbox up` keeps it in {})",
            file.display()
        ),
    }
}

/// The data keys of the installation. The first is made by whoever comes first; the newest seals.
pub async fn ring(database: &Database, master: &MasterKey) -> anyhow::Result<Keyring> {
    let mut stored = wrapped(database).await?;
    if stored.is_empty() {
        let key = DataKey::generate().wrap(master);
        let key = secrets::WrappedKey { id: key.id.0, wrapped: key.bytes, created_at: chrono::Utc::now() };
        secrets::add_first_data_key(database.pool(), &key).await?;
        stored = wrapped(database).await?;
    }
    let (current, older) = stored.split_last().context("there are no data keys")?;
    Keyring::unwrap(master, current, older)
        .context("the data keys cannot be opened: this is not the master key they were made with")
}

/// The stored keys, the newest last.
async fn wrapped(database: &Database) -> anyhow::Result<Vec<WrappedKey>> {
    let mut keys = secrets::data_keys(database.pool()).await?;
    keys.sort_by_key(|key| (key.created_at, key.id));
    Ok(keys.into_iter().map(|key| WrappedKey { id: KeyId(key.id), bytes: key.wrapped }).collect())
}
