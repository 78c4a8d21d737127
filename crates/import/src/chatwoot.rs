//! Lines made of what Chatwoot's API answers: pages of contacts, conversations and messages, saved as JSON files.
//!
//! Pages are told apart by what is in them, not by their names: `GET /api/v1/accounts/{id}/` `inboxes`, `agents`,
//! `contacts`, `conversations?status=all` and `conversations/{id}/messages`, page by page. `docs/import.md` says how to
//! save them, and what becomes of each field.
//!
//! Everything but messages is held in memory; pages of messages are read twice.

mod contacts;
mod conversations;
mod messages;
mod pages;

use crate::record::{Kind, Record};
use pages::{MessagePage, Object, Page};
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Why pages could not be converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// A file or folder cannot be read.
    #[error("{path} cannot be read")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file is no JSON.
    #[error("{path} is not JSON (line {line}, column {column})")]
    NotJson {
        /// Which.
        path: PathBuf,
        /// Where in it.
        line: usize,
        /// Where in it.
        column: usize,
    },
    /// The lines cannot be written.
    #[error("the lines cannot be written")]
    Write(#[from] io::Error),
}

/// What was made of the pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Converted {
    /// Lines, by their type.
    pub lines: BTreeMap<&'static str, u64>,
    /// Objects that are none of those that are converted.
    pub left_out: u64,
    /// Conversations of which no page of messages was saved.
    pub without_messages: u64,
    /// Messages of conversations that no page has.
    pub without_conversation: u64,
}

/// What was found in all pages, messages aside.
#[derive(Default)]
pub(crate) struct Export {
    /// Names and types of inboxes, by their ids.
    inboxes: HashMap<i64, Inbox>,
    /// E-mail addresses of agents, by their ids.
    agents: HashMap<i64, String>,
    contacts: BTreeMap<i64, Value>,
    conversations: BTreeMap<i64, Value>,
    pages: Vec<MessagePage>,
    /// Conversations in which the contact wrote something.
    written_to: HashSet<i64>,
    left_out: u64,
}

/// An account of the tenant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inbox {
    name: Option<String>,
    channel_type: Option<String>,
}

/// Converts the pages in these files and folders, and writes the lines.
pub fn convert(paths: &[PathBuf], out: &mut dyn Write) -> Result<Converted, ConvertError> {
    let mut export = Export::default();
    for path in paths {
        for file in files(path)? {
            export.take(pages::read(&file)?, &file);
        }
    }
    export.complete();
    let mut lines = Lines { out, converted: Converted { left_out: export.left_out, ..Converted::default() } };
    contacts::write(&export, &mut lines)?;
    conversations::write(&export, &mut lines)?;
    messages::write(&export, &mut lines)?;
    let told: HashSet<i64> = export.pages.iter().map(|page| page.conversation).collect();
    let silent = export.conversations.keys().filter(|id| !told.contains(id)).count();
    lines.converted.without_messages = u64::try_from(silent).unwrap_or(u64::MAX);
    Ok(lines.converted)
}

/// Where lines go.
struct Lines<'a> {
    out: &'a mut dyn Write,
    converted: Converted,
}

impl Lines<'_> {
    fn write(&mut self, record: &Record) -> Result<(), ConvertError> {
        serde_json::to_writer(&mut *self.out, record).map_err(io::Error::from)?;
        self.out.write_all(b"\n")?;
        *self.converted.lines.entry(record.kind().as_str()).or_default() += 1;
        Ok(())
    }
}

impl Converted {
    /// How many lines of a type there are.
    pub fn of(&self, kind: Kind) -> u64 {
        self.lines.get(kind.as_str()).copied().unwrap_or_default()
    }
}

impl Export {
    fn take(&mut self, page: Page, file: &Path) {
        let mut messages: BTreeMap<i64, i64> = BTreeMap::new();
        for object in page.objects {
            match object {
                Object::Inbox(id, inbox) => self.take_inbox(id, &inbox),
                Object::Agent(id, agent) => self.take_agent(id, &agent),
                Object::Contact(id, contact) => {
                    self.contacts.insert(id, contact);
                }
                Object::Conversation(id, conversation) => {
                    self.conversations.insert(id, conversation);
                }
                Object::Message(id, conversation, is_inbound) => {
                    let first = messages.entry(conversation).or_insert(id);
                    *first = id.min(*first);
                    if is_inbound {
                        self.written_to.insert(conversation);
                    }
                }
                Object::Other => self.left_out += 1,
            }
        }
        let page = |(conversation, first)| MessagePage { conversation, first, file: file.to_owned() };
        self.pages.extend(messages.into_iter().map(page));
    }

    fn take_inbox(&mut self, id: i64, inbox: &Value) {
        let text = |key| pages::text(inbox, key).map(str::to_owned);
        let known = self.inboxes.entry(id).or_default();
        known.name = text("name").or(known.name.take());
        known.channel_type = text("channel_type").or(known.channel_type.take());
    }

    fn take_agent(&mut self, id: i64, agent: &Value) {
        if let Some(email) = pages::text(agent, "email") {
            self.agents.insert(id, email.to_owned());
        }
    }

    /// Adds what pages say by the way: inboxes of contacts, agents who have conversations, contacts whose page is
    /// missing. And puts the pages of messages into the order of time.
    fn complete(&mut self) {
        for contact in self.contacts.values().cloned().collect::<Vec<_>>() {
            for inbox in pages::array(&contact, "contact_inboxes").iter().filter_map(|one| one.get("inbox")) {
                if let Some(id) = pages::number(inbox, "id") {
                    self.take_inbox(id, inbox);
                }
            }
        }
        for conversation in self.conversations.values().cloned().collect::<Vec<_>>() {
            let Some(meta) = conversation.get("meta") else { continue };
            if let Some(agent) = meta.get("assignee")
                && let Some(id) = pages::number(agent, "id")
            {
                self.take_agent(id, agent);
            }
            if let Some(inbox) = pages::number(&conversation, "inbox_id") {
                let channel_type = pages::text(meta, "channel").map(str::to_owned);
                let known = self.inboxes.entry(inbox).or_default();
                known.channel_type = known.channel_type.take().or(channel_type);
            }
            if let Some(contact) = meta.get("sender")
                && let Some(id) = pages::number(contact, "id")
            {
                self.contacts.entry(id).or_insert_with(|| contact.clone());
            }
        }
        // A page begins where the one before it ends, and is saved later than it.
        self.pages.sort_by(|a, b| (a.conversation, a.first, &a.file).cmp(&(b.conversation, b.first, &b.file)));
    }
}

/// The files below a path, in the order of their names: those that end in `.json`, or the path itself.
fn files(path: &Path) -> Result<Vec<PathBuf>, ConvertError> {
    let read = |source| ConvertError::Read { path: path.to_owned(), source };
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries: Vec<_> = std::fs::read_dir(path)
        .map_err(read)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(read)?;
    entries.sort_unstable();
    let is_page = |path: &Path| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let mut files = Vec::new();
    for entry in entries {
        if entry.is_dir() {
            files.extend(self::files(&entry)?);
        } else if is_page(&entry) {
            files.push(entry);
        }
    }
    Ok(files)
}
