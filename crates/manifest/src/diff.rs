//! What another version of a plugin would change: what it may do, and what it is set up with.
//!
//! Capabilities are compared as sets of what the host will let happen, each under an id. Whoever upgrades consents to
//! exactly those ids that are new, so that a consent given for one version says nothing about the next.

mod capability;
mod fields;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

pub use capability::{Capability, Named};
pub use fields::{FieldChange, FieldDifference};

use crate::manifest::Manifest;

/// What differs between two versions of a plugin.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Difference {
    /// The version in use.
    pub from: String,
    /// The other version.
    pub to: String,
    /// What the other version may do that this one may not. Each needs consent, by its id.
    pub added: Vec<Named>,
    /// What it may do no more.
    pub removed: Vec<Named>,
    /// Parts of the manifest that work otherwise without allowing more: `rates`, `service_window_hours`, `reaches`,
    /// `account_settings`, `rich` and `components`.
    pub changed: Vec<&'static str>,
    /// Fields of a connection's settings that are added, removed or have other rules.
    pub settings: Vec<FieldDifference>,
    /// The same for what an endpoint is set up with.
    pub endpoint_settings: Vec<FieldDifference>,
}

impl Difference {
    /// What changes on the way from `old` to `new`, which may as well be the older one.
    pub fn between(old: &Manifest, new: &Manifest) -> Self {
        let (before, after) = (capability::all(old), capability::all(new));
        Self {
            from: old.version.clone(),
            to: new.version.clone(),
            added: capability::beyond(&after, &before),
            removed: capability::beyond(&before, &after),
            changed: changed(old, new),
            settings: fields::difference(&old.settings, &new.settings),
            endpoint_settings: fields::difference(&old.endpoint_settings, &new.endpoint_settings),
        }
    }

    /// The ids of what is new and not consented to.
    pub fn without_consent(&self, consent: &BTreeSet<String>) -> Vec<&Named> {
        self.added.iter().filter(|named| !consent.contains(&named.id)).collect()
    }
}

/// Everything that a manifest allows, by id.
pub fn capabilities(manifest: &Manifest) -> Vec<Named> {
    capability::beyond(&capability::all(manifest), &BTreeMap::new())
}

fn changed(old: &Manifest, new: &Manifest) -> Vec<&'static str> {
    let parts = [
        ("rates", old.rates != new.rates),
        ("service_window_hours", old.service_window_hours != new.service_window_hours),
        ("reaches", old.reaches != new.reaches),
        ("rich", old.rich != new.rich),
        ("components", old.components != new.components),
        ("account_settings", old.account_settings != new.account_settings),
    ];
    parts.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}
