//! The questions that a new conversation is asked before it waits for somebody.
//!
//! While they are asked the conversation is pending, so that nobody is given it. A person who takes it, writes in it or
//! moves it ends them: that is seen at the next message, or when the time is over.

use crate::{Error, Fields, Outgoing, Say, SendError, Transaction, Writer};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    ConversationId, TeamId,
    attribute::{Kind, Owner},
    conversation::Status,
    event::EventKind,
    jobs::EndTriage,
    rich::{Choice, QuickReplies, Rich},
    triage::{Asked, Flow, Question, Reason, Said, State, Then},
};
use plugin_sdk::OutboundContent;
use serde_json::{Value, json};
use store::{
    attributes::{self, Definition},
    teams,
    triage::{self, Run},
};

/// The most options of an attribute that are offered as answers.
const OFFERED: std::ops::RangeInclusive<usize> = 1..=10;
/// The longest title of an answer on offer, in characters.
const LONGEST_TITLE: usize = 80;

impl Transaction {
    /// Begins the triage of a conversation with its first message, if its connection or brand has one. `false`: it has
    /// none, and the conversation waits for somebody.
    pub async fn begin_triage(&mut self, id: ConversationId, said: Said<'_>) -> Result<bool, Error> {
        let (tenant_id, now) = (self.tenant(), self.now());
        let conversation = self.conversation(id).await?;
        let (connection, brand) = (conversation.connection_id(), conversation.brand.clone());
        let Some(connection) = connection else { return Ok(false) };
        let flow = triage::flow_for(self.conn(), tenant_id, connection, brand.as_deref()).await?;
        let Some(flow) = flow else { return Ok(false) };
        let deadline = now + TimeDelta::seconds(flow.timeout_seconds.into());
        let (state, then) = match flow.begin(said) {
            Then::Ask(state) => (state.clone(), Then::Ask(state)),
            // What is over at once has a record, too.
            Then::Route(team, reason) => {
                (State { asked: Asked::Team, again: false, team: None }, Then::Route(team, reason))
            }
        };
        triage::begin(self.conn(), tenant_id, id, &flow, &state, [now, deadline]).await?;
        if matches!(then, Then::Ask(_)) {
            self.set_status(id, Status::Pending).await?;
            self.enqueue_at(&EndTriage { tenant_id, conversation_id: id, started_at: now }, deadline).await?;
        }
        self.go_on(id, &flow, then).await?;
        Ok(true)
    }

    /// Takes what the contact said as an answer. `false`: no answer is waited for.
    pub async fn continue_triage(&mut self, id: ConversationId, said: Said<'_>) -> Result<bool, Error> {
        if self.conversation(id).await?.status != Status::Pending {
            return Ok(false);
        }
        let Some((run, state)) = self.running_triage(id).await? else { return Ok(false) };
        let fields = attributes::list(self.conn(), Some(Owner::Conversation)).await?;
        let turn = run.flow.answer(&state, said, |attribute, text| read(&fields, attribute, text));
        if let Some((attribute, value)) = turn.keep {
            self.keep(id, attribute, value).await?;
        }
        if let Then::Ask(state) = &turn.then {
            let tenant = self.tenant();
            triage::asked(self.conn(), tenant, id, state).await?;
        }
        self.go_on(id, &run.flow, turn.then).await?;
        Ok(true)
    }

    /// Waits for no more answers, if it is this triage that still waits for some.
    pub async fn time_out_triage(&mut self, id: ConversationId, started_at: DateTime<Utc>) -> Result<(), Error> {
        self.conversation(id).await?;
        match self.running_triage(id).await? {
            Some((run, state)) if run.started_at == started_at => {
                self.go_on(id, &run.flow, run.flow.time_out(&state)).await
            }
            _ => Ok(()),
        }
    }

    /// The triage that waits for an answer. One that a person has cut short ends here.
    async fn running_triage(&mut self, id: ConversationId) -> Result<Option<(Run, State)>, Error> {
        let (tenant, now) = (self.tenant(), self.now());
        let Some(mut run) = triage::of_conversation(self.conn(), tenant, id).await? else { return Ok(None) };
        let Some(state) = run.state.take() else { return Ok(None) };
        let conversation = self.conversation(id).await?;
        let is_taken = conversation.assignee_id.is_some() || conversation.first_response_at.is_some();
        if !is_taken && conversation.status == Status::Pending {
            return Ok(Some((run, state)));
        }
        let team = conversation.team_id;
        triage::end(self.conn(), tenant, id, (team, Reason::Person), now).await?;
        self.emit(id, EventKind::ConversationTriaged, json!({ "team_id": team, "reason": Reason::Person })).await?;
        Ok(None)
    }

    async fn go_on(&mut self, id: ConversationId, flow: &Flow, then: Then) -> Result<(), Error> {
        match then {
            Then::Ask(state) => self.ask_in_triage(id, flow, &state).await,
            Then::Route(team, reason) => self.end_triage(id, flow, team, reason).await,
        }
    }

    async fn ask_in_triage(&mut self, id: ConversationId, flow: &Flow, state: &State) -> Result<(), Error> {
        match state.asked {
            Asked::Team => match &flow.team {
                Some(question) => self.say_in_triage(id, (&Rich::QuickReplies(question.message())).into()).await,
                None => Ok(()),
            },
            Asked::Question(place) => match flow.questions.get(place) {
                Some(question) => self.ask_question(id, question).await,
                None => Ok(()),
            },
        }
    }

    async fn ask_question(&mut self, id: ConversationId, question: &Question) -> Result<(), Error> {
        if let Some(rich) = self.with_options(question).await? {
            return self.say_in_triage(id, (&rich).into()).await;
        }
        let content = OutboundContent::Text { text: question.text.clone(), preview_url: false };
        self.say_in_triage(id, (&content).into()).await
    }

    /// A question whose attribute has options to choose from, with these. `None`: it is asked in words.
    async fn with_options(&mut self, question: &Question) -> Result<Option<Rich>, Error> {
        let fields = attributes::list(self.conn(), Some(Owner::Conversation)).await?;
        let field = fields.into_iter().find(|field| field.key == question.attribute && field.kind == Kind::Choice);
        let fits = |field: &Definition| {
            let titles = field.options.iter().all(|option| (1..=LONGEST_TITLE).contains(&option.chars().count()));
            titles && OFFERED.contains(&field.options.len())
        };
        Ok(field.filter(fits).map(|field| {
            let choice = |option: String| Choice { id: option.clone(), title: option };
            let replies = field.options.into_iter().map(choice).collect();
            Rich::QuickReplies(QuickReplies { text: question.text.clone(), replies })
        }))
    }

    /// Lets the conversation wait in the team's queue, and says so.
    async fn end_triage(
        &mut self,
        id: ConversationId,
        flow: &Flow,
        team: Option<TeamId>,
        reason: Reason,
    ) -> Result<(), Error> {
        let (tenant, now) = (self.tenant(), self.now());
        // A team may have been deleted since.
        let team = match team {
            Some(team) => teams::load(self.conn(), team).await?.map(|team| team.id),
            None => None,
        };
        let note = format!("triage: {reason}");
        if let Some(team) = team {
            self.transfer(id, Some(team), Some(&note)).await?;
        }
        let team = self.conversation(id).await?.team_id;
        triage::end(self.conn(), tenant, id, (team, reason), now).await?;
        self.set_status(id, Status::Queued).await?;
        self.emit(id, EventKind::ConversationTriaged, json!({ "team_id": team, "reason": reason })).await?;
        match &flow.closing_text {
            Some(text) if reason != Reason::Timeout => {
                let content = OutboundContent::Text { text: text.clone(), preview_url: false };
                self.say_in_triage(id, (&content).into()).await
            }
            _ => Ok(()),
        }
    }

    async fn keep(&mut self, id: ConversationId, attribute: String, value: Value) -> Result<(), Error> {
        let mut fields = self.conversation(id).await?.custom_attributes.clone();
        if let Some(fields) = fields.as_object_mut() {
            fields.insert(attribute, value);
        }
        let fields = Fields { custom_attributes: Some(fields), ..Fields::default() };
        self.fill_in(id, &fields).await.map(drop)
    }

    /// The contact has just written, so every window is open; one that closes meanwhile is the send job's to see.
    async fn say_in_triage(&mut self, id: ConversationId, content: Say<'_>) -> Result<(), Error> {
        let outgoing = Outgoing { content, reply_to: None, writer: Writer::System, origin_key: None, window: None };
        match self.send(id, &outgoing).await {
            Err(SendError::Other(error)) => Err(error),
            Ok(_) | Err(SendError::WindowClosed(_) | SendError::NotAMessage(_)) => Ok(()),
        }
    }
}

/// The value that an answer means. Of an attribute that is defined no longer, any text is one.
fn read(fields: &[Definition], attribute: &str, text: &str) -> Option<Value> {
    match fields.iter().find(|field| field.key == attribute) {
        Some(field) => field.kind.read(text, &field.options),
        None => Kind::Text.read(text, &[]),
    }
}
