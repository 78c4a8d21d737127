//! What is in an account: objects of each kind, and how they are associated.

use super::calculated;
use super::kinds::{Kind, association};
use chrono::{DateTime, SecondsFormat, TimeZone as _, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Everything in an account. [`Records::default`] is an invented one.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Seed")]
pub struct Records {
    objects: BTreeMap<&'static str, BTreeMap<u64, Record>>,
    /// Kind and id from, kind and id to, the association's type.
    associations: BTreeSet<(&'static str, u64, &'static str, u64, u64)>,
}

/// One object.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) id: u64,
    pub(super) properties: BTreeMap<String, String>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
    pub(super) archived: bool,
}

/// Objects by kind and id, and pairs of associated ones.
#[derive(Deserialize)]
struct Seed {
    #[serde(default)]
    associations: Vec<(String, u64, String, u64)>,
    #[serde(flatten)]
    objects: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
}

impl TryFrom<Seed> for Records {
    type Error = String;

    fn try_from(seed: Seed) -> Result<Self, String> {
        let at = Utc.with_ymd_and_hms(2026, 11, 1, 9, 0, 0).single().ok_or("the date of the seed")?;
        let kind = |name: &str| Kind::find(name).ok_or_else(|| format!("there is no kind of object named {name:?}"));
        let mut records = Self { objects: BTreeMap::new(), associations: BTreeSet::new() };
        for (name, objects) in seed.objects {
            let kind = kind(&name)?;
            for (id, properties) in objects {
                let id = id.parse().map_err(|_| format!("{id:?} is not the id of an object"))?;
                let record = Record { id, properties, created_at: at, updated_at: at, archived: false };
                records.objects.entry(kind.name).or_default().insert(id, record);
            }
        }
        for (from, from_id, to, to_id) in seed.associations {
            let (from, to) = (kind(&from)?, kind(&to)?);
            let id = association(from, to).ok_or_else(|| format!("{} have no {}", from.name, to.name))?;
            records.associate(from, from_id, to, to_id, id);
        }
        Ok(records)
    }
}

impl Default for Records {
    fn default() -> Self {
        let seed = include_str!("../../seeds/hubspot.json");
        serde_json::from_str(seed).expect("the seed in this crate is well formed")
    }
}

impl Records {
    /// The living objects of a kind, by id.
    pub(super) fn all(&self, kind: &Kind) -> impl Iterator<Item = &Record> {
        self.objects.get(kind.name).into_iter().flat_map(BTreeMap::values).filter(|record| !record.archived)
    }

    /// An object by its id or, for contacts, its e-mail address.
    pub(super) fn find(&self, kind: &Kind, id: &str, by: Option<&str>) -> Option<&Record> {
        match by {
            None | Some("hs_object_id") => self.get(kind, id.parse().ok()?),
            Some(property) => self
                .all(kind)
                .find(|record| record.properties.get(property).is_some_and(|value| value.eq_ignore_ascii_case(id))),
        }
    }

    pub(super) fn get(&self, kind: &Kind, id: u64) -> Option<&Record> {
        self.objects.get(kind.name)?.get(&id).filter(|record| !record.archived)
    }

    pub(super) fn get_mut(&mut self, kind: &Kind, id: u64) -> Option<&mut Record> {
        self.objects.get_mut(kind.name)?.get_mut(&id).filter(|record| !record.archived)
    }

    /// The contact that has this address already.
    pub(super) fn contact_with(&self, kind: &Kind, email: &str, except: Option<u64>) -> Option<u64> {
        if kind.name != "contacts" || email.is_empty() {
            return None;
        }
        self.find(kind, email, Some("email")).map(|record| record.id).filter(|id| Some(*id) != except)
    }

    pub(super) fn create(&mut self, kind: &Kind, properties: BTreeMap<String, String>, at: DateTime<Utc>) -> &Record {
        // Beyond 2^53, as ids of large accounts may be.
        let id = 9_200_000_000_000_000_000 + u64::from(rand::random::<u32>());
        let record = Record { id, properties, created_at: at, updated_at: at, archived: false };
        self.objects.entry(kind.name).or_default().entry(id).or_insert(record)
    }

    /// Both directions, each with its own type; the given one is for the way there.
    pub(super) fn associate(&mut self, from: &Kind, from_id: u64, to: &Kind, to_id: u64, type_id: u64) {
        self.associations.insert((from.name, from_id, to.name, to_id, type_id));
        if let Some(back) = association(to, from) {
            self.associations.insert((to.name, to_id, from.name, from_id, back));
        }
    }

    pub(super) fn dissociate(&mut self, from: &Kind, from_id: u64, to: &Kind, to_id: u64) {
        self.associations.retain(|it| {
            (it.0, it.1, it.2, it.3) != (from.name, from_id, to.name, to_id)
                && (it.0, it.1, it.2, it.3) != (to.name, to_id, from.name, from_id)
        });
    }

    /// Ids of the associated objects of a kind, with the types of their associations.
    pub(super) fn associated(&self, from: &Kind, id: u64, to: &Kind) -> BTreeMap<u64, Vec<u64>> {
        let mut found: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for it in self.associations.iter().filter(|it| (it.0, it.1, it.2) == (from.name, id, to.name)) {
            found.entry(it.3).or_default().push(it.4);
        }
        found
    }
}

pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

impl Record {
    /// The value of a property, those that HubSpot sets included.
    pub(super) fn value(&self, kind: &Kind, property: &str) -> Option<String> {
        if property == "hs_object_id" {
            Some(self.id.to_string())
        } else if property == kind.created {
            Some(time(self.created_at))
        } else if property == kind.modified {
            Some(time(self.updated_at))
        } else {
            let own = self.properties.get(property).filter(|value| !value.is_empty()).cloned();
            own.or_else(|| calculated::value(self, kind, property))
        }
    }

    /// The object with these properties, or with those of its kind that are always answered.
    pub(super) fn render(&self, kind: &Kind, properties: &[String]) -> Value {
        let own = ["hs_object_id", kind.created, kind.modified];
        let asked = properties.iter().map(String::as_str).filter(|name| kind.format(name).is_some());
        let names: Vec<&str> =
            if properties.is_empty() { kind.defaults.to_vec() } else { own.into_iter().chain(asked).collect() };
        let values: Map<String, Value> =
            names.into_iter().map(|name| (name.to_owned(), self.value(kind, name).into())).collect();
        json!({
            "id": self.id.to_string(),
            "properties": values,
            "createdAt": time(self.created_at),
            "updatedAt": time(self.updated_at),
            "archived": self.archived,
        })
    }

    /// Every property that has a value.
    pub(super) fn render_whole(&self, kind: &Kind) -> Value {
        let names: Vec<String> = self.properties.keys().cloned().collect();
        self.render(kind, &names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn associations_lead_both_ways() {
        let records = Records::default();
        let (contacts, deals) = (Kind::find("contacts").unwrap(), Kind::find("deals").unwrap());
        let there = records.associated(contacts, 138_017_612_140, deals);
        assert_eq!(there, BTreeMap::from([(31_500_010_001, vec![4])]));
        let back = records.associated(deals, 31_500_010_001, contacts);
        assert_eq!(back, BTreeMap::from([(138_017_612_140, vec![3])]));
    }

    #[test]
    fn a_seed_with_an_unknown_kind_is_refused() {
        let error = serde_json::from_value::<Records>(json!({ "lamps": {} })).unwrap_err();
        assert!(error.to_string().contains("lamps"), "{error}");
    }
}
