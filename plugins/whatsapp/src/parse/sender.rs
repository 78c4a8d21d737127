//! Who a message is from, or a status about.
//!
//! A person's business-scoped user id (BSUID) comes first: since 2026 a user with a username may
//! write without revealing a telephone number, so `from` and `wa_id` may both be missing. The id
//! stands in the message or only in the `contacts` beside it; older requests have no id at all.

use plugin_sdk::{Sender, SenderId};
use serde_json::Value;

use crate::json;
use crate::phone::Phone;

/// A user as this business portfolio knows them: `US.13491208655302741918`.
pub const BSUID: &str = "bsuid";
/// The same across the portfolios of one enterprise: `US.ENT.11815799212886844830`.
pub const PARENT_BSUID: &str = "parent_bsuid";
/// An id of WhatsApp that is neither a user id nor a telephone number.
pub const WA_ID: &str = "wa_id";

/// The `contacts` of one change.
pub struct Directory<'a> {
    contacts: &'a [Value],
    /// Nobody else is spoken of in the change.
    one_person: bool,
}

/// The fields under which one side of a message is named.
#[derive(Clone, Copy)]
pub struct Fields {
    phone: &'static str,
    user: &'static str,
    parent: &'static str,
}

/// Who wrote a message.
pub const FROM: Fields = Fields { phone: "from", user: "from_user_id", parent: "from_parent_user_id" };
/// Who an echo went to.
pub const TO: Fields = Fields { phone: "to", user: "to_user_id", parent: "to_parent_user_id" };
/// Whom a status is about.
pub const RECIPIENT: Fields =
    Fields { phone: "recipient_id", user: "recipient_user_id", parent: "recipient_parent_user_id" };
/// Whom a status of a group message is about.
pub const PARTICIPANT: Fields = Fields {
    phone: "recipient_participant_id",
    user: "recipient_participant_user_id",
    parent: "recipient_participant_parent_user_id",
};
/// A `contacts` entry, a preference, the new side of a system message.
pub const CONTACT: Fields = Fields { phone: "wa_id", user: "user_id", parent: "parent_user_id" };

impl<'a> Directory<'a> {
    /// The people a change speaks of.
    pub fn of(value: &'a Value) -> Self {
        let count = |key: &str| value.get(key).and_then(Value::as_array).map_or(0, Vec::len);
        let contacts = value.get("contacts").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let items = ["messages", "statuses", "message_echoes", "user_preferences"];
        Self { contacts, one_person: contacts.len() == 1 && items.into_iter().map(count).sum::<usize>() == 1 }
    }

    /// The person that `fields` of `item` name, with what the directory knows about them. `None`
    /// if nobody is named.
    pub fn sender(&self, item: &Value, fields: Fields) -> Option<Sender> {
        let mut ids = Ids::default();
        ids.add(item, fields);
        let contact = self.find(&ids);
        if let Some(contact) = contact {
            ids.add(contact, CONTACT);
        }
        let profile = contact.and_then(|contact| contact.get("profile"));
        ids.into_sender(
            profile.and_then(|profile| json::text(profile, "name")),
            profile.and_then(|profile| json::text(profile, "username")),
        )
    }

    /// By user id, else by number, else the only one there is: unless they contradict each other,
    /// or there is somebody else whom it could mean. (Meta says that `from` and `wa_id` need not
    /// be the same number.)
    fn find(&self, ids: &Ids) -> Option<&'a Value> {
        let theirs = self.contacts.iter().map(|contact| {
            let mut theirs = Ids::default();
            theirs.add(contact, CONTACT);
            (contact, theirs)
        });
        let candidates: Vec<_> = theirs.collect();
        let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        let by_user = candidates
            .iter()
            .find(|(_, theirs)| same(&theirs.bsuid, &ids.bsuid) || same(&theirs.parent_bsuid, &ids.parent_bsuid));
        let by_number = || {
            candidates
                .iter()
                .find(|(_, theirs)| theirs.shares_number(ids) && (theirs.bsuid.is_none() || ids.bsuid.is_none()))
        };
        let only = || {
            candidates.first().filter(|(_, theirs)| {
                let contradicts = theirs.bsuid.is_some() && ids.bsuid.is_some();
                let anonymous = ids.is_empty() && self.contacts.len() == 1;
                !contradicts && (self.one_person || anonymous)
            })
        };
        by_user.or_else(by_number).or_else(only).map(|(contact, _)| *contact)
    }
}

/// The person with these ids; `None` if there is none.
pub fn known_as(user: Option<String>, parent: Option<String>, number: Option<String>) -> Option<Sender> {
    let mut ids = Ids::default();
    ids.add_user(user);
    ids.add_user(parent);
    ids.add_named(number);
    ids.into_sender(None, None)
}

/// The ids of one person, each said once.
#[derive(Debug, Default)]
struct Ids {
    bsuid: Option<String>,
    parent_bsuid: Option<String>,
    phones: Vec<Phone>,
    other: Vec<String>,
}

impl Ids {
    fn is_empty(&self) -> bool {
        self.bsuid.is_none() && self.parent_bsuid.is_none() && self.phones.is_empty() && self.other.is_empty()
    }

    /// Adds what `item` says; what is known already stays.
    fn add(&mut self, item: &Value, fields: Fields) {
        self.add_user(json::text(item, fields.user));
        if let Some(parent) = json::text(item, fields.parent) {
            self.parent_bsuid.get_or_insert(parent);
        }
        self.add_named(json::text(item, fields.phone));
    }

    /// Adds what stands where a telephone number used to stand.
    fn add_named(&mut self, named: Option<String>) {
        let Some(named) = named else { return };
        if is_bsuid(&named) {
            self.add_user(Some(named));
        } else if let Some(phone) = Phone::read(&named) {
            if !self.phones.contains(&phone) {
                self.phones.push(phone);
            }
        } else if !self.other.contains(&named) {
            self.other.push(named);
        }
    }

    fn add_user(&mut self, id: Option<String>) {
        match id {
            Some(id) if is_parent_bsuid(&id) => {
                self.parent_bsuid.get_or_insert(id);
            }
            Some(id) => {
                self.bsuid.get_or_insert(id);
            }
            None => {}
        }
    }

    fn shares_number(&self, other: &Self) -> bool {
        self.phones.iter().any(|phone| other.phones.contains(phone))
            || self.other.iter().any(|id| other.other.contains(id))
    }

    fn into_sender(self, name: Option<String>, username: Option<String>) -> Option<Sender> {
        if self.is_empty() {
            return None;
        }
        let phone = self.phones.first().map(|phone| phone.canonical.clone());
        let mut ids = Vec::with_capacity(4);
        ids.extend(self.bsuid.map(|id| SenderId::new(BSUID, id)));
        ids.extend(self.parent_bsuid.map(|id| SenderId::new(PARENT_BSUID, id)));
        for phone in self.phones {
            ids.push(SenderId::phone(phone.canonical));
            ids.extend(phone.variants.into_iter().map(SenderId::phone));
        }
        ids.extend(self.other.into_iter().map(|id| SenderId::new(WA_ID, id)));
        Some(Sender { ids, name, username, phone })
    }
}

/// `CC.` and up to 128 letters and digits, perhaps with `ENT.` between.
pub fn is_bsuid(text: &str) -> bool {
    let Some((country, id)) = text.split_once('.') else {
        return false;
    };
    let id = id.strip_prefix("ENT.").unwrap_or(id);
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=128).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_parent_bsuid(text: &str) -> bool {
    is_bsuid(text) && text[2..].starts_with(".ENT.")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Directory, FROM, is_bsuid};

    /// The ids of the sender of the first message, as `kind:value`.
    fn ids(value: &Value) -> Vec<String> {
        let people = Directory::of(value);
        people
            .sender(&value["messages"][0], FROM)
            .map(|sender| sender.ids)
            .unwrap_or_default()
            .into_iter()
            .map(|id| format!("{}:{}", id.kind, id.value))
            .collect()
    }

    #[rustfmt::skip] // A table reads in rows.
    #[test]
    fn a_user_id_comes_first_and_a_number_may_be_missing() {
        for (messages, contacts, expected) in [
            // Before 2026: a number only.
            (json!([{"from": "16505551234"}]), json!([{"wa_id": "16505551234"}]), vec!["phone:+16505551234"]),
            // Both.
            (json!([{"from": "16505551234", "from_user_id": "US.1"}]), json!([{"wa_id": "16505551234", "user_id": "US.1", "parent_user_id": "US.ENT.9"}]), vec!["bsuid:US.1", "parent_bsuid:US.ENT.9", "phone:+16505551234"]),
            // A user with a username: no number anywhere.
            (json!([{"from_user_id": "US.1"}]), json!([{"user_id": "US.1"}]), vec!["bsuid:US.1"]),
            // The id stands only among the contacts.
            (json!([{"from": "16505551234"}]), json!([{"wa_id": "16505551234", "user_id": "US.1"}]), vec!["bsuid:US.1", "phone:+16505551234"]),
            (json!([{}]), json!([{"user_id": "US.1"}]), vec!["bsuid:US.1"]),
            // A user id where the number used to be.
            (json!([{"from": "US.1"}]), json!([]), vec!["bsuid:US.1"]),
            // Both forms of a Brazilian number.
            (json!([{"from": "5541988887777"}]), json!([{"wa_id": "554188887777"}]), vec!["phone:+5541988887777", "phone:+554188887777"]),
            // The only contact, under another number: the same person.
            (json!([{"from": "16505551234"}]), json!([{"wa_id": "16505559999"}]), vec!["phone:+16505551234", "phone:+16505559999"]),
            // Two messages, one contact of another number: not the same person.
            (json!([{"from": "16505551234"}, {"from": "16505559999"}]), json!([{"wa_id": "16505559999", "user_id": "US.1"}]), vec!["phone:+16505551234"]),
            // Two contacts: by number, and by user id before number.
            (json!([{"from": "16505551234"}]), json!([{"wa_id": "1", "user_id": "US.2"}, {"wa_id": "16505551234", "user_id": "US.1"}]), vec!["bsuid:US.1", "phone:+16505551234"]),
            (json!([{"from_user_id": "US.1"}]), json!([{"user_id": "US.2"}, {"user_id": "US.1", "wa_id": "16505551234"}]), vec!["bsuid:US.1", "phone:+16505551234"]),
            // The only contact is somebody else.
            (json!([{"from_user_id": "US.1"}]), json!([{"user_id": "US.2"}]), vec!["bsuid:US.1"]),
            // Nobody, and somebody unusual.
            (json!([{}]), json!([]), vec![]),
            (json!([{"from": "status@broadcast"}]), json!([]), vec!["wa_id:status@broadcast"]),
            (json!([{"from": 16_505_551_234_i64}]), json!("nonsense"), vec!["phone:+16505551234"]),
        ] {
            let value = json!({"messages": messages, "contacts": contacts});
            assert_eq!(ids(&value), expected, "{value}");
        }
    }

    #[test]
    fn names_come_from_the_contact() {
        let value = json!({
            "messages": [{"from_user_id": "US.1"}],
            "contacts": [{"user_id": "US.1", "profile": {"name": "Ann", "username": "ann.b"}}],
        });
        let sender = Directory::of(&value).sender(&value["messages"][0], FROM).unwrap();
        assert_eq!(sender.name.as_deref(), Some("Ann"));
        assert_eq!(sender.username.as_deref(), Some("ann.b"));
        assert_eq!(sender.phone, None);
    }

    #[test]
    fn a_user_id_is_recognised_by_its_form() {
        for (text, expected) in [
            ("US.13491208655302741918", true),
            ("US.ENT.11815799212886844830", true),
            ("BR.a", true),
            ("us.1", false),
            ("USA.1", false),
            ("US.", false),
            ("US.ENT.", false),
            ("16505551234", false),
        ] {
            assert_eq!(is_bsuid(text), expected, "{text}");
        }
        assert!(!is_bsuid(&format!("US.{}", "1".repeat(129))));
    }
}
