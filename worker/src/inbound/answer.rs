//! What a message answers, if choices were on offer.

use super::Source;
use domain::{
    ConversationId,
    message::Direction,
    rich::{Rich, chosen},
    triage::Said,
};
use inbox::{Transaction, said};
use plugin_sdk::event::Message;
use serde::Deserialize as _;
use serde_json::{Value, json};
use store::messages::offer;

/// Longer texts are no choice: the titles of choices are shorter.
const LONGEST: usize = 100;

/// The choice that a message of the contact means, of the message that it answers or else of the latest one to them:
/// which message, the id of the choice and its title. By a button where the channel has them, by its number or its title
/// elsewhere.
pub async fn of(
    tx: &mut Transaction,
    source: &Source,
    conversation: ConversationId,
    event: &Message,
) -> Result<Option<Value>, inbox::Error> {
    let Said { button, text } = said(&event.content);
    let text = text.filter(|text| text.len() <= 4 * LONGEST && text.chars().count() <= LONGEST);
    if event.echo || button.is_none() && text.is_none() {
        return Ok(None);
    }
    let held = tx.conversation(conversation).await?;
    // Most messages answer no question: they are not asked about.
    if held.outbound_count == 0 || button.is_none() && held.last_direction != Some(Direction::Outbound) {
        return Ok(None);
    }
    let tenant = tx.tenant();
    let offer = match &event.reply_to {
        Some(id) => offer::answered(tx.conn(), tenant, conversation, source.connection, id).await?,
        None => offer::latest(tx.conn(), tenant, conversation).await?,
    };
    let Some(offer) = offer else { return Ok(None) };
    let Ok(rich) = Rich::deserialize(&offer.content) else { return Ok(None) };
    Ok(chosen(rich.choices(), button, text)
        .map(|choice| json!({ "message_id": offer.message_id, "id": choice.id, "title": choice.title })))
}
