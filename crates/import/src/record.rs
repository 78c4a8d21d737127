//! The format: one object a line, each with its `type` and with the `id` that it has in its own system.

use chrono::{DateTime, Utc};
use domain::conversation::{Priority, Status};
use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One line. What it refers to stands before it, or was imported from the same source earlier.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Record {
    /// Whom contacts work for.
    Company(Company),
    /// A person who writes to the tenant.
    Contact(Contact),
    /// A conversation with a contact over one account.
    Conversation(Conversation),
    /// What the contact, or the tenant, wrote to the other.
    Message(Message),
    /// What people of the tenant wrote beside a conversation. The contact never sees it.
    Note(Note),
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Company,
    Contact,
    Conversation,
    Message,
    Note,
}

/// Whom contacts work for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// Its id in the other system: 1 to 200 characters.
    #[schemars(length(min = 1, max = 200))]
    pub id: String,
    /// What it is called.
    #[schemars(length(min = 1, max = 255))]
    pub name: String,
    /// The domains of its people's e-mail addresses. A company that has one of them here already is the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Fields of the tenant's own making.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub custom_attributes: Map<String, Value>,
    /// Since when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
}

/// A person who writes to the tenant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Their id in the other system: 1 to 200 characters.
    #[schemars(length(min = 1, max = 200))]
    pub id: String,
    /// What they are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255))]
    pub name: Option<String>,
    /// Their e-mail address. Nobody has proven that it is theirs: it joins with no contact that is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Their number, with its country. Nobody has proven that it is theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Where there is a picture of them: an address that begins with `https://`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// Their brand, by its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// Whom they work for: the id of a company in the other system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// The addresses by which channels know them, the strongest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
    /// Fields of the tenant's own making.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub custom_attributes: Map<String, Value>,
    /// Since when what they write is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_at: Option<DateTime<Utc>>,
    /// Since when they do not want to be written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opted_out_at: Option<DateTime<Utc>>,
    /// Since when they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
}

/// An address by which a channel knows a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// The channel: the id of the plugin that speaks for it, such as `whatsapp`.
    #[schemars(length(min = 1, max = 50))]
    pub channel: String,
    /// The plugin's word for it: `phone`, `email`, ….
    #[schemars(length(min = 1, max = 50))]
    pub kind: String,
    /// The address as the plugin writes it; a `phone` with its country.
    #[schemars(length(min = 1, max = 255))]
    pub value: String,
    /// Whether the contact has proven that it is theirs, by writing from it for example. Whoever has proven the same
    /// number or e-mail address here already is the same contact.
    #[serde(default)]
    pub verified: bool,
}

/// A conversation with a contact over one account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conversation {
    /// Its id in the other system: 1 to 200 characters.
    #[schemars(length(min = 1, max = 200))]
    pub id: String,
    /// With whom: the id of a contact in the other system.
    pub contact: String,
    /// Over which account of the tenant: the name or the id of a connection, or a name that the import is told what it
    /// means.
    pub connection: String,
    /// The provider's thread, such as a group; left out for a plain conversation with one contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255))]
    pub thread: Option<String>,
    /// Where it stands: `new`, `queued`, `open`, `pending`, `snoozed`, `resolved` or `closed`.
    pub status: Status,
    /// How urgent it is.
    #[serde(default = "normal", skip_serializing_if = "is_normal")]
    pub priority: Priority,
    /// The subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255))]
    pub title: Option<String>,
    /// What it is about, by the tenant's own division.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100))]
    pub category: Option<String>,
    /// The team that it is for, by its name; left out, the connection's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Who has it, by their e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// The brand, by its key; left out, the connection's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Fields of the tenant's own making.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub custom_attributes: Map<String, Value>,
    /// What the customer thought of it, 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 5))]
    pub csat_rating: Option<i16>,
    /// Of a snoozed one: until when. What is past has ended, and the conversation is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Of a closed one: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100))]
    pub close_reason: Option<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When something last happened in it; left out, when it began. Messages move it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DateTime<Utc>>,
    /// When it was resolved or closed; left out, when something last happened in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<DateTime<Utc>>,
}

/// What the contact, or the tenant, wrote to the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Its id in the other system: 1 to 200 characters.
    #[schemars(length(min = 1, max = 200))]
    pub id: String,
    /// Where it was said: the id of a conversation in the other system.
    pub conversation: String,
    /// Which way it went.
    pub direction: Way,
    /// Who wrote it; left out, the contact where it is inbound, and the tenant where it is outbound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
    /// What it says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Its files. They stay where they are. The first is shown, the others are kept in the message's `metadata`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 50))]
    pub attachments: Vec<Attachment>,
    /// The provider's id of it. A message of this id that came over the connection before is the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1000))]
    pub external_id: Option<String>,
    /// The provider's id of the message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1000))]
    pub reply_to: Option<String>,
    /// Of an outbound one: how far it came; left out, `sent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Sent>,
    /// When it was written.
    pub sent_at: DateTime<Utc>,
}

/// What people of the tenant wrote beside a conversation. The contact never sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Its id in the other system: 1 to 200 characters. Notes and messages may have the same ids.
    #[schemars(length(min = 1, max = 200))]
    pub id: String,
    /// Beside which conversation: its id in the other system.
    pub conversation: String,
    /// Who wrote it; left out, the system itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
    /// What it says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Its files, as a message's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 50))]
    pub attachments: Vec<Attachment>,
    /// When it was written.
    pub sent_at: DateTime<Utc>,
}

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// From the contact to the tenant.
    Inbound,
    /// From the tenant to the contact.
    Outbound,
}

/// How far an outbound message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sent {
    /// The provider has it.
    Sent,
    /// It is on the contact's device.
    Delivered,
    /// The contact has seen it.
    Read,
    /// It did not reach the contact.
    Failed,
}

/// Who wrote something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Sender {
    /// The contact.
    Contact,
    /// A person of the tenant. Of whom nobody here has the address, the message keeps address and name.
    Agent {
        /// Their e-mail address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(length(max = 255))]
        email: Option<String>,
        /// What they are called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(length(max = 255))]
        name: Option<String>,
    },
    /// A machine that wrote for the tenant.
    Bot {
        /// What it is called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(length(max = 255))]
        name: Option<String>,
    },
    /// The other system itself, about what happened.
    System,
}

/// A file, which stays where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Where it can be fetched: an address that begins with `https://` or `http://`.
    #[schemars(length(max = 2048))]
    pub url: String,
    /// How it is shown.
    pub kind: FileKind,
    /// Its media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 255))]
    pub mime_type: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 255))]
    pub filename: Option<String>,
    /// Its size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

/// How a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum FileKind {
    Image,
    Video,
    Audio,
    Document,
}

impl Kind {
    /// Every kind, in the order in which they refer to each other.
    pub const ALL: [Self; 5] = [Self::Company, Self::Contact, Self::Conversation, Self::Message, Self::Note];

    /// The `type` of a line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Contact => "contact",
            Self::Conversation => "conversation",
            Self::Message => "message",
            Self::Note => "note",
        }
    }

    /// The kind of a `type`.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl Record {
    /// What it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Company(_) => Kind::Company,
            Self::Contact(_) => Kind::Contact,
            Self::Conversation(_) => Kind::Conversation,
            Self::Message(_) => Kind::Message,
            Self::Note(_) => Kind::Note,
        }
    }

    /// Its id in its own system.
    pub fn id(&self) -> &str {
        match self {
            Self::Company(company) => &company.id,
            Self::Contact(contact) => &contact.id,
            Self::Conversation(conversation) => &conversation.id,
            Self::Message(message) => &message.id,
            Self::Note(note) => &note.id,
        }
    }

    /// What it belongs to: the kind and the id of another line.
    pub fn refers_to(&self) -> Option<(Kind, &str)> {
        match self {
            Self::Company(_) => None,
            Self::Contact(contact) => contact.company.as_deref().map(|id| (Kind::Company, id)),
            Self::Conversation(conversation) => Some((Kind::Contact, &conversation.contact)),
            Self::Message(message) => Some((Kind::Conversation, &message.conversation)),
            Self::Note(note) => Some((Kind::Conversation, &note.conversation)),
        }
    }

    /// Reads what stands in a line of this kind, without its `type`. The error is where it is wrong: a JSON pointer.
    pub fn read(kind: Kind, fields: Map<String, Value>) -> Result<Self, String> {
        let fields = Value::Object(fields);
        let record = match kind {
            Kind::Company => serde_path_to_error::deserialize(fields).map(Self::Company),
            Kind::Contact => serde_path_to_error::deserialize(fields).map(Self::Contact),
            Kind::Conversation => serde_path_to_error::deserialize(fields).map(Self::Conversation),
            Kind::Message => serde_path_to_error::deserialize(fields).map(Self::Message),
            Kind::Note => serde_path_to_error::deserialize(fields).map(Self::Note),
        };
        // Only the place: the parser's own words repeat what it read.
        record.map_err(|error| pointer(error.path()))
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map_while(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// The JSON Schema of a line.
pub fn schema() -> Value {
    let mut schema = schema_for!(Record).to_value();
    schema["title"] = "A line of a Signalbox import".into();
    schema
}

const fn normal() -> Priority {
    Priority::Normal
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_normal(priority: &Priority) -> bool {
    *priority == Priority::Normal
}
