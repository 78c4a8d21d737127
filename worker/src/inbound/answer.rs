//! What a message answers, if choices were on offer.

use super::Source;
use domain::{
    ConversationId,
    message::Direction,
    rich::{Rich, chosen},
};
use inbox::Transaction;
use plugin_sdk::{Content, event::Message};
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
    let Some((button, written)) = said(&event.content).filter(|_| !event.echo) else { return Ok(None) };
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
    Ok(chosen(rich.choices(), button, written)
        .map(|choice| json!({ "message_id": offer.message_id, "id": choice.id, "title": choice.title })))
}

/// The id of a button that was pressed, and what was written or stood on it.
fn said(content: &Content) -> Option<(Option<&str>, Option<&str>)> {
    match content {
        Content::Text { text } if text.len() <= 4 * LONGEST && text.chars().count() <= LONGEST => Some((None, Some(text))),
        Content::Button { text, payload } => Some((payload.as_deref(), Some(text))),
        Content::InteractiveReply { id, title, .. } => Some((id.as_deref(), title.as_deref())),
        _ => None,
    }
}
