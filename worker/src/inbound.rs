//! What the events of a delivery change: one file per kind of event.
//!
//! Every function may run twice for the same event, in any order and beside others; uniqueness in the database and
//! the conversation's lock make the second run change nothing.

mod answer;
mod contact;
mod custom;
mod edit;
mod identity;
mod message;
mod person;
pub mod profile;
mod reaction;
pub mod status;

use crate::Environment;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, DeliveryId, EventId, TenantId, delivery::Outcome, event::Actor};
use inbox::{Cause, Transaction};
use plugin_sdk::Event;
use sha2::{Digest, Sha256};
use store::deliveries;

/// Where events come from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Whose connection it is.
    pub tenant: TenantId,
    /// The connection.
    pub connection: ConnectionId,
    /// The plugin that read them, which names the channel.
    pub channel: String,
    /// The delivery that brought them.
    pub delivery: DeliveryId,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// The trace that began with the delivery.
    pub trace_id: Option<String>,
}

impl Source {
    /// The id of the log entry that an event of this delivery makes, where nothing in the database makes it unique:
    /// derived from its place, so that processing the delivery again finds the entry and adds none.
    fn event_id(&self, position: i32) -> EventId {
        let mut digest = Sha256::new();
        digest.update(self.delivery.0.as_bytes());
        digest.update(position.to_be_bytes());
        let bytes = digest.finalize();
        // Version 8: an id of our own making (RFC 9562).
        uuid::Builder::from_custom_bytes(std::array::from_fn(|i| bytes[i])).into_uuid().into()
    }

    /// That id, unless its entry is there already.
    async fn fresh_event_id(&self, tx: &mut Transaction, position: i32) -> Result<Option<EventId>, inbox::Error> {
        let (tenant, id) = (tx.tenant(), self.event_id(position));
        Ok(store::events::load(tx.conn(), tenant, id).await?.is_none().then_some(id))
    }
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It changed something.
    Changed,
    /// It changed something, and the delivery is noted as processed.
    Done,
    /// It was applied before, or says nothing.
    Nothing,
    /// A blocked contact sent it: it is left out, and can be processed again once they are not.
    LeftOut,
}

impl From<bool> for Applied {
    fn from(changed: bool) -> Self {
        if changed { Self::Changed } else { Self::Nothing }
    }
}

/// Applies one event of a delivery, and notes with the `last` one, if it changes something, that the delivery is processed.
pub async fn apply(
    env: &Environment,
    source: &Source,
    position: i32,
    event: &Event,
    last: bool,
) -> Result<Applied, inbox::Error> {
    let changed = if last { Applied::Done } else { Applied::Changed };
    if let Event::Status(event) = event {
        status::apply(env, source, event, last.then_some(source.delivery)).await?;
        return Ok(changed);
    }
    let cause = Cause::of(actor(event), source.trace_id.clone());
    let mut tx = env.inbox.begin(source.tenant, cause).await?;
    let applied = match event {
        Event::Message(event) => message::apply(&mut tx, source, position, event).await?,
        Event::MessageEdited(event) => edit::apply_edit(&mut tx, source, event).await?.into(),
        Event::MessageRevoked(event) => edit::apply_revocation(&mut tx, source, event).await?.into(),
        Event::Reaction(event) => reaction::apply(&mut tx, source, event).await?,
        Event::IdentityChanged(event) => identity::apply(&mut tx, source, position, event).await?.into(),
        Event::Contact(event) => contact::apply(&mut tx, source, position, event).await?.into(),
        Event::Custom(event) => custom::apply(&mut tx, source, position, event).await?.into(),
        Event::Status(_) => Applied::Nothing,
    };
    if applied != Applied::Changed {
        return Ok(applied);
    }
    if last {
        let (tenant, now) = (tx.tenant(), tx.now());
        deliveries::set_outcome(tx.conn(), tenant, source.delivery, Outcome::Processed, None, now).await?;
    }
    tx.commit().await?;
    Ok(changed)
}

fn actor(event: &Event) -> Actor {
    match event {
        Event::Message(message) if message.echo => Actor::Channel,
        Event::Message(_)
        | Event::MessageEdited(_)
        | Event::MessageRevoked(_)
        | Event::Reaction(_)
        | Event::Contact(_) => Actor::Contact,
        Event::Status(_) | Event::IdentityChanged(_) | Event::Custom(_) => Actor::Channel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_of_each_delivery_has_one_id() {
        let source = |delivery| Source {
            tenant: TenantId::new(),
            connection: ConnectionId::new(),
            channel: "whatsapp".to_owned(),
            delivery,
            received_at: DateTime::UNIX_EPOCH,
            trace_id: None,
        };
        let (a, b) = (DeliveryId::new(), DeliveryId::new());
        assert_eq!(source(a).event_id(1), source(a).event_id(1));
        assert_ne!(source(a).event_id(1), source(a).event_id(2));
        assert_ne!(source(a).event_id(1), source(b).event_id(1));
    }
}
