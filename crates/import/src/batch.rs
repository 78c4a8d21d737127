//! Some lines that become something together, or not at all.

use crate::{
    Error,
    check::{self, Refusal, refusal},
    directory::Directory,
    lines::Line,
    record::{Kind, Record},
    report::{Code, Finding, Outcome},
};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};
use store::imports::Item;

/// What names an object: its kind, and its id in its own system.
pub(crate) type Key = (Kind, String);

/// A line that was read.
pub(crate) struct Entry {
    pub line: u64,
    /// What it is, and its id, as far as that could be read.
    pub kind: Option<Kind>,
    pub id: Option<String>,
    /// What it says, unless it cannot be stored.
    pub record: Result<Fit, Refusal>,
}

/// What a line says, in its one spelling.
pub(crate) struct Fit {
    pub record: Record,
    /// The hash of it.
    pub digest: Vec<u8>,
}

impl Entry {
    pub fn read(line: &Line, directory: &Directory) -> Self {
        let mut entry = Self { line: line.number, kind: None, id: None, record: Err(Code::TooLong.into()) };
        if let Some(text) = &line.text {
            entry.record = entry.fit(text, directory);
        }
        entry
    }

    fn fit(&mut self, text: &[u8], directory: &Directory) -> Result<Fit, Refusal> {
        let mut fields: Map<String, Value> = serde_json::from_slice(text).map_err(|_| Refusal::from(Code::NotJson))?;
        let kind = fields.remove("type").and_then(|kind| Kind::of(kind.as_str()?));
        let id = fields.get("id").and_then(Value::as_str).filter(|id| (1..=200).contains(&id.chars().count()));
        self.id = id.map(str::to_owned);
        self.kind = kind;
        let kind = kind.ok_or_else(|| refusal(Code::UnknownType, "/type"))?;
        if fields.values().any(check::has_nul) {
            return Err(Code::Invalid.into());
        }
        let mut record = Record::read(kind, fields).map_err(|place| refusal(Code::Invalid, place))?;
        check::check(&mut record, directory)?;
        let digest = Sha256::digest(serde_json::to_vec(&record).unwrap_or_default()).to_vec();
        Ok(Fit { record, digest })
    }

    /// What names its object, where both could be read.
    pub fn key(&self) -> Option<Key> {
        Some((self.kind?, self.id.clone()?))
    }
}

/// What is to become of a line.
pub(crate) enum Decision<'a> {
    /// It is new.
    Create(&'a Fit),
    /// It is another one than last time.
    Change(&'a Fit, Item),
    /// It is the same as last time.
    Same(Item),
    /// It is left out.
    Refuse(Refusal),
}

/// What has been imported before, by the lines of this run and by earlier ones.
pub(crate) struct Known {
    items: HashMap<Key, Item>,
    /// The lines of this batch that are going to be here.
    ahead: HashSet<Key>,
}

impl Known {
    /// Looks up what the lines are, and what they refer to.
    pub async fn load(conn: &mut PgConnection, source: &str, entries: &[Entry]) -> Result<Self, Error> {
        let mut keys: HashSet<(Kind, &str)> = HashSet::new();
        for fit in entries.iter().filter_map(|entry| entry.record.as_ref().ok()) {
            keys.insert((fit.record.kind(), fit.record.id()));
            keys.extend(fit.record.refers_to());
        }
        let (kinds, ids): (Vec<_>, Vec<_>) =
            keys.into_iter().map(|(kind, id)| (kind.as_str().to_owned(), id.to_owned())).unzip();
        let items = store::imports::items(conn, source, &kinds, &ids).await?;
        let keyed = items.into_iter().filter_map(|item| Some(((Kind::of(&item.kind)?, item.source_id.clone()), item)));
        Ok(Self { items: keyed.collect(), ahead: HashSet::new() })
    }

    /// What has been imported before.
    pub fn into_items(self) -> HashMap<Key, Item> {
        self.items
    }

    /// Decides on a line, in the order of the file: whatever it refers to stands before it.
    pub fn decide<'a>(&mut self, entry: &'a Entry, seen: &Seen) -> Decision<'a> {
        let Some(key) = entry.key() else {
            // Without an id it could not be read either.
            let why = entry.record.as_ref().err().cloned();
            return Decision::Refuse(why.unwrap_or_else(|| refusal(Code::Invalid, "/id")));
        };
        if seen.contains(&key) || self.ahead.contains(&key) {
            return Decision::Refuse(refusal(Code::RepeatedId, "/id"));
        }
        let fit = match &entry.record {
            Ok(fit) => fit,
            Err(refusal) => return Decision::Refuse(refusal.clone()),
        };
        let known = self.items.get(&key).cloned();
        if let Some(item) = known.as_ref().filter(|item| item.digest == fit.digest) {
            self.ahead.insert(key);
            return Decision::Same(item.clone());
        }
        if let Some((kind, id)) = fit.record.refers_to() {
            let referred = (kind, id.to_owned());
            // What an earlier line of a dry run would have become is only seen.
            if !(self.items.contains_key(&referred) || self.ahead.contains(&referred) || seen.contains(&referred)) {
                return Decision::Refuse(unknown(kind));
            }
        }
        self.ahead.insert(key);
        match known {
            Some(item) => Decision::Change(fit, item),
            None => Decision::Create(fit),
        }
    }
}

fn unknown(kind: Kind) -> Refusal {
    match kind {
        Kind::Company => refusal(Code::UnknownCompany, "/company"),
        Kind::Contact => refusal(Code::UnknownContact, "/contact"),
        Kind::Conversation | Kind::Message | Kind::Note => refusal(Code::UnknownConversation, "/conversation"),
    }
}

/// Which lines of earlier batches are here now, or in a dry run would be, by a hash of what names them: a million take
/// some 30 MB.
#[derive(Default)]
pub(crate) struct Seen(HashSet<u128>);

impl Seen {
    pub fn insert(&mut self, key: &Key) {
        self.0.insert(hash(key));
    }

    fn contains(&self, key: &Key) -> bool {
        self.0.contains(&hash(key))
    }
}

fn hash((kind, id): &Key) -> u128 {
    let digest = Sha256::new().chain_update(kind.as_str()).chain_update([0]).chain_update(id).finalize();
    u128::from_be_bytes(std::array::from_fn(|i| digest[i]))
}

/// What became of a line.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    pub line: u64,
    pub kind: Option<Kind>,
    pub id: Option<String>,
    pub outcome: Outcome,
    /// Why it was refused.
    pub refusal: Option<Refusal>,
    /// What else is to be said about it.
    pub notes: Vec<Code>,
}

impl Done {
    pub fn new(entry: &Entry, outcome: Outcome) -> Self {
        Self { line: entry.line, kind: entry.kind, id: entry.id.clone(), outcome, refusal: None, notes: Vec::new() }
    }

    pub fn refused(entry: &Entry, refusal: Refusal) -> Self {
        Self { refusal: Some(refusal), ..Self::new(entry, Outcome::Refused) }
    }

    pub fn finding(&self, code: Code, place: Option<String>) -> Finding {
        Finding { line: self.line, kind: self.kind, id: self.id.clone(), code, place }
    }
}
