//! What a customer wishes: to get marketing messages, or no longer.

use plugin_sdk::Event;
use plugin_sdk::event::ContactChange;
use plugin_sdk::sender::Profile;
use serde_json::Value;

use super::Sink;
use super::sender::{CONTACT, Directory};

/// One preference.
pub fn read_preference(preference: &Value, people: &Directory, sink: &mut Sink) {
    let Some(sender) = people.sender(preference, CONTACT) else {
        return sink.malformed("preference", "it names no customer", preference);
    };
    sink.push(Event::Contact(ContactChange {
        sender,
        occurred_at_ms: sink.time(preference),
        changes: preference.clone(),
        profile: Profile::default(),
    }));
}
