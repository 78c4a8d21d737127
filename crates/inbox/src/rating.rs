//! What a customer thinks of a conversation.

use crate::{Error, Outgoing, SendError, Transaction, Writer};
use chrono::TimeDelta;
use domain::{ConnectionId, ConversationId, conversation::Status, event::EventKind};
use plugin_sdk::OutboundContent;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::{
    surveys::{self, Survey, Way},
    tenant_settings,
};
use uuid::Uuid;

/// How long an answer counts.
const LASTS: TimeDelta = TimeDelta::days(14);

/// What a customer is asked, unless it is said otherwise.
pub const RATING_QUESTION: &str = "How did we do? Answer with a number from 1 (bad) to 5 (great), or here: {link}";

/// A question that is to be asked by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueRating {
    /// Over which account.
    pub connection: ConnectionId,
    /// How, with `{link}` where the link stands.
    pub text: String,
    /// Whether the customer has asked to be left alone.
    pub opted_out: bool,
}

/// What an answer came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It counts.
    Now,
    /// The customer has answered before; the first answer stays.
    Before,
    /// It came too late, or to a question that is gone.
    TooLate,
}

/// What lies in the database of a link's secret.
pub fn survey_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

impl Transaction {
    /// Asks the customer what they think of a conversation, with a link that only they get. `text` says how, with
    /// `{link}` where the link stands.
    pub async fn ask_for_rating(
        &mut self,
        id: ConversationId,
        text: &str,
        link: impl FnOnce(&str) -> String,
        outgoing: Outgoing<'_>,
    ) -> Result<Uuid, SendError> {
        let (tenant, now) = (self.tenant(), self.now());
        let token = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let content = OutboundContent::Text { text: text.replace("{link}", &link(&token)), preview_url: false };
        let user_id = self.conversation(id).await?.assignee_id;
        let message =
            self.send(id, &Outgoing { content: (&content).into(), writer: Writer::System, ..outgoing }).await?;
        let survey = Survey {
            id: Uuid::now_v7(),
            conversation_id: id,
            asked_at: now,
            expires_at: now + LASTS,
            user_id,
            rating: None,
            comment: None,
            answered_at: None,
        };
        surveys::ask(self.conn(), tenant, &survey, &survey_hash(&token), message).await?;
        Ok(survey.id)
    }

    /// The question that a customer is to be asked about a conversation that is closed. `None`: the tenant does not ask;
    /// or they were asked before, are blocked, or had no answer from anybody of the house; or the conversation became part
    /// of another.
    pub async fn is_to_be_rated(&mut self, id: ConversationId) -> Result<Option<DueRating>, Error> {
        let tenant = self.tenant();
        let conversation = self.conversation(id).await?;
        let was_served = conversation.first_response_at.is_some();
        let is_over = conversation.status == Status::Closed && conversation.merged_into.is_none();
        let Some(with) = conversation.counterpart.clone().filter(|_| was_served && is_over) else { return Ok(None) };
        let settings = tenant_settings::load(self.conn()).await?;
        if !settings.ask_for_rating || surveys::was_asked(self.conn(), tenant, id).await? {
            return Ok(None);
        }
        let contact = store::contacts::list::one(self.conn(), with.contact_id).await?;
        let Some(contact) = contact.filter(|contact| contact.blocked_at.is_none()) else { return Ok(None) };
        let text = settings.rating_question.unwrap_or_else(|| RATING_QUESTION.to_owned());
        Ok(Some(DueRating { connection: with.connection_id, text, opted_out: contact.opted_out_at.is_some() }))
    }

    /// Notes that a customer was to be asked and is not.
    pub async fn skip_rating(&mut self, id: ConversationId, reason: &str) -> Result<(), Error> {
        self.emit(id, EventKind::RatingSkipped, json!({ "reason": reason })).await.map(drop)
    }

    /// Takes an answer, 1 to 5, once.
    pub async fn rate(
        &mut self,
        survey: Uuid,
        rating: i16,
        comment: Option<String>,
        way: Way,
    ) -> Result<Answered, Error> {
        let (tenant, now) = (self.tenant(), self.now());
        let Some(id) = surveys::conversation_of(self.conn(), tenant, survey).await? else {
            return Ok(Answered::TooLate);
        };
        self.conversation(id).await?;
        let Some(mut survey) = surveys::lock(self.conn(), tenant, survey).await? else { return Ok(Answered::TooLate) };
        if survey.answered_at.is_some() {
            return Ok(Answered::Before);
        }
        if survey.expires_at <= now {
            return Ok(Answered::TooLate);
        }
        (survey.rating, survey.comment) = (Some(rating), comment);
        surveys::answer(self.conn(), tenant, &survey, way, now).await?;
        // What the customer wrote is in the survey, not in the log, which outlives personal data.
        let data = json!({ "rating": rating, "has_comment": survey.comment.is_some(), "survey_id": survey.id });
        self.emit(id, EventKind::ConversationRated, data).await?;
        Ok(Answered::Now)
    }
}
