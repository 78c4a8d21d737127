//! The master key, and the data keys that it opens.

use anyhow::{Context as _, bail};
use config::Config;
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use store::{Database, secrets};
use vault::{DataKey, KeyId, Keyring, MasterKey, WrappedKey};

/// How often a running process looks for new data keys.
pub const LOOKS_EVERY: Duration = Duration::from_secs(10);

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

/// The data keys of the installation. The first is made by whoever comes first.
pub async fn ring(database: &Database, master: &MasterKey) -> anyhow::Result<Keyring> {
    let mut stored = secrets::data_keys(database.pool()).await?;
    if stored.is_empty() {
        let key = DataKey::generate().wrap(master);
        secrets::add_first_data_key(database.pool(), key.id.0, &key.bytes, chrono::Utc::now()).await?;
        stored = secrets::data_keys(database.pool()).await?;
    }
    open(&Order::of(stored).context("there are no data keys")?, master)
}

fn open(order: &Order, master: &MasterKey) -> anyhow::Result<Keyring> {
    Keyring::unwrap(master, &order.seals, &order.others)
        .context("the data keys cannot be opened: this is not the master key they were made with")
}

/// Keeps a running process's keys up to date, for as long as anybody uses them.
pub fn watch(database: Database, master: MasterKey, keyring: &Arc<Keyring>) {
    let keyring = Arc::downgrade(keyring);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(LOOKS_EVERY).await;
            let Some(keyring) = Weak::upgrade(&keyring) else { return };
            if let Err(error) = refresh(&database, &master, &keyring).await {
                tracing::warn!("the data keys could not be read anew, and stay as they are: {error:#}");
            }
        }
    });
}

/// Takes up the stored keys, if they are others than the keyring's or another one seals by now.
pub async fn refresh(database: &Database, master: &MasterKey, keyring: &Keyring) -> anyhow::Result<()> {
    let order = Order::of(secrets::data_keys(database.pool()).await?).context("there are no data keys")?;
    // Looked at first: after a rotation of the master key, this process's own does not open what is stored.
    if order.ids() != keyring.ids() {
        keyring.adopt(open(&order, master)?);
    }
    Ok(())
}

/// Which key seals: the newest that may. The others open.
struct Order {
    seals: WrappedKey,
    others: Vec<WrappedKey>,
}

impl Order {
    fn of(mut stored: Vec<secrets::WrappedKey>) -> Option<Self> {
        stored.sort_by_key(|key| (key.may_seal, key.created_at, key.id));
        let mut keys = stored.into_iter().map(|key| WrappedKey { id: KeyId(key.id), bytes: key.wrapped }).rev();
        Some(Self { seals: keys.next()?, others: keys.collect() })
    }

    fn ids(&self) -> Vec<KeyId> {
        std::iter::once(&self.seals).chain(&self.others).map(|key| key.id).collect()
    }
}
