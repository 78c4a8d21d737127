//! `signalbox keys rotate-data`: another data key for every secret and token, while everything runs.
//!
//! Three steps, each harmless if it is the last. A new key is stored: processes learn of it, and can open what it seals.
//! After the grace it seals: whatever anybody writes from now on is under it. Then what lies in the database is sealed
//! anew, each value only if it is still what was read, so that whoever changes one meanwhile has the last word.

use crate::{
    database,
    keys::{self, Missing},
};
use anyhow::{Context as _, bail};
use chrono::{TimeDelta, Utc};
use config::Config;
use std::time::Duration;
use store::{Database, secrets};
use vault::{DataKey, KeyId, Keyring, MasterKey, Place, Sealed};

/// How many values are read at once.
const BATCH: i32 = 500;

/// Carries it out, and says what was done.
pub async fn run(config: &Config, grace: u32) -> anyhow::Result<()> {
    let master = keys::master(config, Missing::Refuse)?;
    let db = database::open(config, database::app(config)?).await?;
    let key = add(&db, &master, TimeDelta::seconds(grace.into())).await?;
    println!("The data key {key} was added. In {grace} s it seals; until then processes learn of it.");
    let keyring = sealing_with(&db, &master, key).await?;
    let resealed = reseal_all(&db, &keyring).await?;
    println!("{resealed} secrets and tokens are sealed with it. The keys before stay, and open nothing any more.");
    Ok(())
}

/// Stores a new key, which seals after `grace`.
pub async fn add(db: &Database, master: &MasterKey, grace: TimeDelta) -> anyhow::Result<KeyId> {
    // Whoever has another master key must not add a key that nobody else can open.
    keys::ring(db, master).await?;
    let key = DataKey::generate().wrap(master);
    secrets::add_data_key(db.pool(), key.id.0, &key.bytes, Utc::now(), grace).await?;
    Ok(key.id)
}

/// Waits until this key seals. Gives up if somebody has added another one meanwhile.
async fn sealing_with(db: &Database, master: &MasterKey, key: KeyId) -> anyhow::Result<Keyring> {
    loop {
        let stored = secrets::data_keys(db.pool()).await?;
        let newest = stored.iter().max_by_key(|key| (key.created_at, key.id)).context("there are no data keys")?;
        if newest.id != key.0 {
            bail!("another data key was added meanwhile; whoever did that seals everything with it");
        }
        if newest.may_seal {
            return keys::ring(db, master).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Seals everything with the keyring's current key that is sealed with another. Returns how much that was.
pub async fn reseal_all(db: &Database, keyring: &Keyring) -> anyhow::Result<u64> {
    let mut resealed = 0;
    loop {
        let found = secrets::sealed_with_others(db.pool(), keyring.current().id().0, BATCH).await?;
        if found.is_empty() {
            return Ok(resealed);
        }
        let mut progress = 0;
        let mut failed = None;
        for found in found {
            let owner = found.owner();
            let place = Place { tenant: found.tenant_id, owner: &owner, name: &found.name };
            match Sealed::try_from(found.sealed.clone()).and_then(|sealed| keyring.reseal(&place, &sealed)) {
                Ok(sealed) => {
                    // One that was changed meanwhile is sealed with the new key already.
                    resealed += u64::from(secrets::reseal(db.pool(), &found, sealed.as_bytes()).await?);
                    progress += 1;
                }
                Err(error) => failed = Some(anyhow::anyhow!("the secret `{}` of {owner}: {error}", found.name)),
            }
        }
        if let Some(error) = failed.filter(|_| progress == 0) {
            return Err(error.context("not everything can be opened, and that stays under its key"));
        }
    }
}

#[cfg(test)]
mod tests;
