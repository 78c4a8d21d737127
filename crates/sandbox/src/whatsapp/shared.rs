//! What every handler works with.

use crate::config::{Clock, Config};
use crate::courier::{Courier, Parcel};
use crate::whatsapp::app::Number;
use crate::whatsapp::directory::{Directory, Found};
use crate::whatsapp::limits::Limits;
use crate::whatsapp::memory::Memory;
use crate::whatsapp::signing::SignedWebhook;
use crate::whatsapp::templates::Template;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio_util::sync::CancellationToken;

pub(crate) struct Shared {
    pub(crate) address: SocketAddr,
    pub(crate) limits: Limits,
    pub(crate) courier: Courier,
    pub(crate) stop: CancellationToken,
    templates: HashMap<String, Vec<Template>>,
    sample_templates: Vec<Template>,
    clock: Clock,
    directory: RwLock<Directory>,
    memory: Mutex<Memory>,
}

impl Shared {
    pub(crate) fn new(config: Config, address: SocketAddr, stop: CancellationToken) -> Result<Self, reqwest::Error> {
        Ok(Self {
            address,
            limits: config.limits,
            courier: Courier::new(config.callbacks, stop.clone())?,
            stop,
            templates: config.templates,
            sample_templates: Template::samples(),
            clock: config.clock,
            directory: RwLock::new(Directory::new(config.apps)),
            memory: Mutex::new(Memory::new()),
        })
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    // A panic while one of these locks is held leaves whole values behind: each is set in one step.

    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn directory(&self) -> RwLockReadGuard<'_, Directory> {
        self.directory.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn directory_mut(&self) -> RwLockWriteGuard<'_, Directory> {
        self.directory.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The templates of an account.
    pub(crate) fn templates(&self, number: &Number) -> &[Template] {
        self.templates.get(&number.waba_id).unwrap_or(&self.sample_templates)
    }

    /// A payload ready for the app's callback URL, if it has one.
    pub(crate) fn parcel(found: &Found, payload: &Value) -> Option<Parcel> {
        let to = found.app.callback_url.clone()?;
        Some(SignedWebhook::new(found.app.app_secret.expose(), payload).to(to))
    }
}
