//! What became of the lines.

use crate::record::Kind;
use domain::ImportId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most findings of each sort that a report lists. All of them are counted.
pub(crate) const LISTED: u64 = 10_000;

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is here now.
    Created,
    /// It was here already, under an id of its own: a proven address, a domain or a provider's id says that it is the
    /// same.
    Joined,
    /// It is another one than last time, and so is what it became.
    Updated,
    /// It was imported before.
    Unchanged,
    /// It is another one than last time, but stays as it is here: somebody has changed it since, or it is a message.
    Kept,
    /// It is not here.
    Refused,
}

/// What is to be said about a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Refused: it is no JSON object.
    NotJson,
    /// Refused: it is longer than 1 MiB.
    TooLong,
    /// Refused: its `type` is none of the format.
    UnknownType,
    /// Refused: a field is missing, unknown, or not what it must be.
    Invalid,
    /// Refused: a field of the tenant's own making is not of its kind.
    WrongAttribute,
    /// Refused: the file has this type and id in an earlier line.
    RepeatedId,
    /// Refused: its company is neither in an earlier line nor imported before, or was refused.
    UnknownCompany,
    /// Refused: the same of its contact.
    UnknownContact,
    /// Refused: the same of its conversation.
    UnknownConversation,
    /// Refused: the tenant has no such connection, or several of this name.
    UnknownConnection,
    /// Refused: the tenant has no such team.
    UnknownTeam,
    /// Refused: the tenant has no such brand.
    UnknownBrand,
    /// Refused: what it belongs to was deleted here after it had been imported.
    Deleted,
    /// Refused: the database does not take it.
    NotStorable,
    /// Its agent is nobody here, or no longer active: a message keeps their name, a conversation is nobody's.
    UnknownAgent,
    /// It was closed: the contact has a conversation that is not over at this connection, of which there is one.
    ClosedBesideAnother,
    /// Another contact has proven one of its addresses, or knew it first: the address stays theirs.
    AddressOfAnother,
    /// Another company has one of its domains.
    DomainOfAnother,
}

impl Code {
    /// Its name in reports.
    pub(crate) fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        serde_json::from_value(name.into()).ok()
    }
}

/// Something to be said about a line, never what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which line, the first being 1.
    pub line: u64,
    /// What the line is, if that could be read.
    #[serde(rename = "type")]
    pub kind: Option<Kind>,
    /// Its id in its own system, if that could be read.
    pub id: Option<String>,
    /// What is to be said.
    pub code: Code,
    /// Where in the line: a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// How many lines of which type became what. What could not be read is of no type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// By type (`unknown` where that could not be read) and outcome.
    pub types: BTreeMap<String, BTreeMap<Outcome, u64>>,
    /// How often each thing is to be said.
    pub codes: BTreeMap<Code, u64>,
    /// How many findings are listed: refusals, and others.
    pub listed: [u64; 2],
}

impl Tally {
    pub(crate) fn add(&mut self, kind: Option<Kind>, outcome: Outcome) {
        let kind = kind.map_or("unknown", Kind::as_str);
        *self.types.entry(kind.to_owned()).or_default().entry(outcome).or_default() += 1;
    }

    /// Counts a finding. Whether it is to be listed.
    pub(crate) fn find(&mut self, code: Code, refused: bool) -> bool {
        *self.codes.entry(code).or_default() += 1;
        let listed = &mut self.listed[usize::from(!refused)];
        *listed += 1;
        *listed <= LISTED
    }
}

/// What became of a file.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Which import it was; none if nothing was to be written.
    pub import: Option<ImportId>,
    /// The system that it comes from.
    pub source: String,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// How many lines an import from the same system had done that was interrupted and this one goes on with.
    pub resumed_after: Option<u64>,
    /// How many lines there are.
    pub lines: u64,
    /// What became of them, by type and outcome.
    pub types: BTreeMap<String, BTreeMap<Outcome, u64>>,
    /// How often each thing is to be said.
    pub codes: BTreeMap<Code, u64>,
    /// Lines that were refused: the first 10,000.
    pub refused: Vec<Finding>,
    /// Other lines that something is to be said about: the first 10,000.
    pub noted: Vec<Finding>,
}

impl Report {
    /// How many lines were refused.
    pub fn refusals(&self) -> u64 {
        self.types.values().filter_map(|outcomes| outcomes.get(&Outcome::Refused)).sum()
    }

    /// How many lines of a type became that.
    pub fn count(&self, kind: Kind, outcome: Outcome) -> u64 {
        self.types.get(kind.as_str()).and_then(|outcomes| outcomes.get(&outcome)).copied().unwrap_or_default()
    }
}
