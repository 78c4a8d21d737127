//! What a channel says of a contact, and what becomes of the contact's own fields.
//!
//! A change that a provider reports counts for more than the name that a message happens to carry: it is written over
//! what was there, unless a person of the tenant wrote it. Number and e-mail address are replaced only where the same
//! channel had told them: a customer is reached under what their own channel says, whatever a CRM has noted.

use super::person::{self, MAX_EMAIL, MAX_NAME};
use domain::{ContactId, event::EventKind};
use inbox::Transaction;
use plugin_sdk::sender::Profile;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use store::contacts::profile::{self, Fields};

/// Everything a channel has said of a contact, field by field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Said(BTreeMap<String, Word>);

/// What it said last about a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Word {
    value: String,
    at_ms: i64,
}

impl Said {
    /// Takes in what is said now. `false`: nothing of it is new.
    fn hear(&mut self, profile: &Profile, at_ms: i64) -> bool {
        let Profile { name, first_name, last_name, email, phone } = profile;
        let email = email.as_ref().map(|email| email.trim().to_lowercase());
        let mut is_news = false;
        for (field, value) in
            [("name", name), ("first_name", first_name), ("last_name", last_name), ("email", &email), ("phone", phone)]
        {
            let Some(value) = value else { continue };
            let word = Word { value: value.trim().to_owned(), at_ms };
            if self.0.get(field).is_none_or(|known| known.at_ms < at_ms && known.value != word.value) {
                self.0.insert(field.to_owned(), word);
                is_news = true;
            }
        }
        is_news
    }

    fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(|word| word.value.as_str()).filter(|value| !value.is_empty())
    }

    /// The name, if it is said as a whole: a first name alone may be part of it only.
    fn name(&self) -> Option<String> {
        let has_both = ["first_name", "last_name"].into_iter().all(|field| self.0.contains_key(field));
        let parts = || {
            let parts: Vec<&str> = [self.get("first_name"), self.get("last_name")].into_iter().flatten().collect();
            parts.join(" ")
        };
        let name = self.get("name").map(str::to_owned).or_else(|| has_both.then(parts))?;
        (!name.is_empty()).then(|| name.chars().take(MAX_NAME).collect())
    }

    /// A part of the name, for who has none.
    fn any_name(&self) -> Option<String> {
        self.name().or_else(|| self.get("first_name").or_else(|| self.get("last_name")).map(str::to_owned))
    }
}

/// The fields of a contact after the channel, which had said `before`, has said `after`.
fn fields(present: &Fields, name_is_edited: bool, before: &Said, after: &Said) -> Fields {
    // Told by this channel or by nobody.
    let follows = |present: &Option<String>, field: &str| {
        present.is_none() || before.get(field).is_some_and(|told| Some(told) == present.as_deref())
    };
    let follow = |present: &Option<String>, field: &str, most: usize| {
        let told = after.get(field).filter(|told| told.chars().count() <= most).map(str::to_owned);
        if !follows(present, field) || !after.0.contains_key(field) { present.clone() } else { told }
    };
    let name = match &present.name {
        _ if name_is_edited => present.name.clone(),
        Some(name) => Some(after.name().unwrap_or_else(|| name.clone())),
        None => after.any_name(),
    };
    Fields { name, phone: follow(&present.phone, "phone", 50), email: follow(&present.email, "email", MAX_EMAIL) }
}

/// Takes in what a channel says of a contact at a time. The names of the fields that changed by it.
pub async fn hear(
    tx: &mut Transaction,
    channel: &str,
    contact: ContactId,
    profile: &Profile,
    at_ms: i64,
) -> Result<Vec<&'static str>, inbox::Error> {
    let (tenant, now) = (tx.tenant(), tx.now());
    // A provider's clock that is ahead would silence everything that it says later.
    let at_ms = person::time(at_ms, now).min(now).timestamp_millis();
    let Some(locked) = profile::lock(tx.conn(), tenant, contact, channel).await? else { return Ok(Vec::new()) };
    let before: Said = serde_json::from_value(locked.said).unwrap_or_default();
    let mut after = before.clone();
    if !after.hear(profile, at_ms) {
        return Ok(Vec::new());
    }
    profile::keep_said(tx.conn(), tenant, contact, channel, &json!(after)).await?;
    let (present, next) = (&locked.fields, fields(&locked.fields, locked.name_is_edited, &before, &after));
    let changed = changed(present, &next);
    if !changed.is_empty() {
        profile::write(tx.conn(), tenant, contact, present, &next, now).await?;
    }
    Ok(changed)
}

/// The same for a provider that was asked: then the change has no event yet.
pub async fn hear_answer(
    tx: &mut Transaction,
    channel: &str,
    contact: ContactId,
    profile: &Profile,
    at_ms: i64,
) -> Result<(), inbox::Error> {
    let changed = hear(tx, channel, contact, profile, at_ms).await?;
    if !changed.is_empty() {
        let data = json!({ "contact_id": contact, "channel": channel, "fields": changed });
        tx.emit_apart(EventKind::ContactUpdated, Some(contact), data);
    }
    Ok(())
}

fn changed(before: &Fields, after: &Fields) -> Vec<&'static str> {
    let all = [
        ("name", before.name != after.name),
        ("phone", before.phone != after.phone),
        ("email", before.email != after.email),
    ];
    all.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "every field is optional")]
    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn first(name: &str) -> Profile {
        Profile { first_name: text(name), ..Profile::default() }
    }

    fn last(name: &str) -> Profile {
        Profile { last_name: text(name), ..Profile::default() }
    }

    #[test]
    fn what_is_said_later_counts_in_whichever_order_it_comes() {
        let mut said = Said::default();
        assert!(said.hear(&first("Ann"), 2));
        assert!(!said.hear(&first("Anna"), 1), "overtaken");
        assert!(!said.hear(&first("Ann"), 3), "nothing new");
        assert!(said.hear(&first("Anna"), 4));
        assert_eq!(said.get("first_name"), Some("Anna"));
    }

    #[test]
    fn a_name_is_written_when_it_is_whole_or_there_is_none() {
        let nobody = Said::default();
        let mut said = Said::default();
        said.hear(&first("Ann"), 1);
        let unnamed = Fields::default();
        let named = Fields { name: text("Ann Lee"), ..Fields::default() };
        assert_eq!(fields(&unnamed, false, &nobody, &said).name.as_deref(), Some("Ann"));
        assert_eq!(fields(&named, false, &nobody, &said).name.as_deref(), Some("Ann Lee"));
        said.hear(&last("Roe"), 2);
        assert_eq!(fields(&named, false, &nobody, &said).name.as_deref(), Some("Ann Roe"));
        assert_eq!(fields(&named, true, &nobody, &said).name.as_deref(), Some("Ann Lee"), "somebody wrote it");
    }

    #[test]
    fn numbers_and_addresses_follow_the_channel_that_told_them() {
        let of = |email: &str, at_ms| {
            let mut said = Said::default();
            said.hear(&Profile { email: text(email), ..Profile::default() }, at_ms);
            said
        };
        let nobody = Said::default();
        let (none, ann) = (Fields::default(), Fields { email: text("ann@a.example"), ..Fields::default() });
        let email = |present: &Fields, before: &Said, after: &Said| fields(present, false, before, after).email;
        assert_eq!(email(&none, &nobody, &of("Ann@A.example ", 1)), text("ann@a.example"));
        assert_eq!(email(&ann, &nobody, &of("b@b.example", 1)), text("ann@a.example"), "another channel's");
        assert_eq!(email(&ann, &of("ann@a.example", 1), &of("b@b.example", 2)), text("b@b.example"));
        assert_eq!(email(&ann, &of("ann@a.example", 1), &of("", 2)), None, "taken back");
        assert_eq!(email(&ann, &nobody, &of("", 2)), text("ann@a.example"));
    }
}
