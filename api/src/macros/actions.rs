//! What a macro does.

use crate::{
    auth::Granted,
    canned_responses::variables,
    conversations::{assign::give, create::check_text, send, tags, transfer::check_team},
    problem::{FieldProblem, Problem},
    state::Api,
};
use chrono::TimeDelta;
use domain::{
    ConversationId, TeamId, UserId,
    conversation::{Priority, Status},
    role::Permission,
};
use inbox::{Fields, Internal, Outgoing, Step, Transaction, Writer};
use plugin_sdk::{Content, OutboundContent};
use rules::Facts;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::conversations::list::Overview;

/// One thing that a macro does.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum MacroAction {
    /// Writes to the customer.
    SendMessage {
        /// The text, with variables such as `{{contact.name}}`.
        text: String,
    },
    /// Writes a note that the customer does not see.
    Note {
        /// The text, with variables.
        text: String,
    },
    /// Adds a tag.
    AddTag {
        /// Which.
        tag: String,
    },
    /// Removes a tag.
    RemoveTag {
        /// Which.
        tag: String,
    },
    /// Moves it.
    SetStatus {
        /// Where to.
        #[schema(schema_with = crate::openapi::conversation_status)]
        status: Status,
        /// Of a snooze: how long, in minutes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        minutes: Option<u32>,
        /// Of a closing: why, as the tenant's settings ask for it when the macro runs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Says how urgent it is.
    SetPriority {
        /// How urgent.
        #[schema(schema_with = crate::openapi::priority)]
        priority: Priority,
    },
    /// Gives it to whoever runs the macro.
    AssignToMe,
    /// Gives it to somebody, or to nobody.
    Assign {
        /// A person, or `null`.
        #[schema(value_type = Option<uuid::Uuid>)]
        user_id: Option<UserId>,
    },
    /// Hands it to a team, or to none.
    Transfer {
        /// A team, or `null`.
        #[schema(value_type = Option<uuid::Uuid>)]
        team_id: Option<TeamId>,
    },
    /// Escalates it.
    Escalate {
        /// Why.
        reason: String,
    },
    /// Takes it out of the lists.
    Archive,
}

/// Where and for whom a macro runs.
pub struct Run<'a> {
    pub api: &'a Api,
    pub granted: &'a Granted,
    pub conversation: &'a Overview,
    pub facts: &'a Facts,
}

impl MacroAction {
    /// What is wrong with it, at its place in the body.
    pub fn problems(&self, pointer: &str) -> Vec<FieldProblem> {
        let text = |name: &str, text: &str, most| check_text(&format!("{pointer}/{name}"), Some(text), most);
        match self {
            Self::SendMessage { text: said } | Self::Note { text: said } => {
                let mut problems = variables(said, &format!("{pointer}/text"));
                problems.extend(text("text", said, 10_000));
                problems
            }
            Self::AddTag { tag } | Self::RemoveTag { tag } => text("tag", tag, 100).into_iter().collect(),
            Self::Escalate { reason } => text("reason", reason, 1_000).into_iter().collect(),
            Self::SetStatus { status, minutes, reason } => {
                let wrong = |name, what: &str| Some(FieldProblem::new(format!("{pointer}/{name}"), "unexpected", what));
                let minutes = minutes.and_then(|minutes| match *status {
                    Status::Snoozed if (1..=527_040).contains(&minutes) => None,
                    Status::Snoozed => wrong("minutes", "must be 1 to 527040, a year"),
                    _ => wrong("minutes", "goes with `snoozed` alone"),
                });
                let misplaced = reason.as_ref().filter(|_| *status != Status::Closed);
                let misplaced = misplaced.and_then(|_| wrong("reason", "goes with `closed` alone"));
                let reason = reason.as_deref().and_then(|reason| text("reason", reason, 100));
                [minutes, misplaced, reason].into_iter().flatten().collect()
            }
            Self::SetPriority { .. }
            | Self::AssignToMe
            | Self::Assign { .. }
            | Self::Transfer { .. }
            | Self::Archive => Vec::new(),
        }
    }

    /// Does it. What the person may not do themselves, their macros may not do either.
    pub async fn perform(&self, run: &Run<'_>, change: &mut Transaction) -> Result<(), Problem> {
        let (id, granted, now) = (run.conversation.id, run.granted, change.now());
        match self {
            Self::SendMessage { text } => run.send(change, rules::fill_in(text, run.facts)).await?,
            Self::Note { text } => run.note(change, id, rules::fill_in(text, run.facts)).await?,
            Self::AddTag { tag } => {
                let tag = tags::usable(change, granted, tag).await?;
                change.add_tag(id, &tag).await?;
            }
            Self::RemoveTag { tag } => drop(change.remove_tag(id, tag.trim()).await?),
            Self::SetStatus { status, minutes, reason } => {
                let until = minutes.map(|minutes| now + TimeDelta::minutes(minutes.into()));
                change
                    .step(id, &Step { to: *status, until, reason: reason.as_deref().map(str::trim), note: None })
                    .await?;
            }
            Self::SetPriority { priority } => {
                change.fill_in(id, &Fields { priority: Some(*priority), ..Fields::default() }).await?;
            }
            Self::AssignToMe => drop(give(change, granted, id, Some(granted.user)).await?),
            Self::Assign { user_id } => drop(give(change, granted, id, *user_id).await?),
            Self::Transfer { team_id } => {
                if change.conversation(id).await?.assignee_id != Some(granted.user) {
                    granted.must(Permission::AssignConversations)?;
                }
                check_team(change, *team_id).await?;
                change.transfer(id, *team_id, None).await?;
            }
            Self::Escalate { reason } => drop(change.escalate(id, reason.trim()).await?),
            Self::Archive => drop(change.set_archived(id, true).await?),
        }
        Ok(())
    }
}

impl Run<'_> {
    async fn send(&self, change: &mut Transaction, text: String) -> Result<(), Problem> {
        let content = OutboundContent::Text { text, preview_url: false };
        let window = send::window(self.api, change, self.conversation, &content).await?;
        let writer = Writer::User(self.granted.user);
        let outgoing = Outgoing { content: (&content).into(), reply_to: None, writer, origin_key: None, window };
        match change.send(self.conversation.id, &outgoing).await {
            Ok(_) => Ok(()),
            Err(error) => Err(send::refused(change, self.conversation, error).await),
        }
    }

    async fn note(&self, change: &mut Transaction, id: ConversationId, text: String) -> Result<(), Problem> {
        let content = Content::Text { text };
        let internal = Internal {
            preview: &content.preview(),
            content: &json!(content),
            content_type: "text",
            writer: Writer::User(self.granted.user),
            thread: None,
            mentions: &[],
            origin_key: None,
        };
        change.say(id, &internal).await?;
        Ok(())
    }
}
