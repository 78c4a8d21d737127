//! Who works on a conversation.

use crate::{Error, Inbox, Transaction, metrics::Assigned};
use domain::{
    ConversationId, TeamId, TenantId, UserId, conversation::AssignmentMethod, event::EventKind, jobs::AssignWaiting,
};
use serde_json::json;
use store::conversations::{
    Conversation,
    assignments::{self, Assignment},
    participants,
};
use uuid::Uuid;

impl Transaction {
    /// Gives a conversation to somebody, or to nobody. `false`: they have it already.
    pub async fn assign(
        &mut self,
        id: ConversationId,
        assignee: Option<UserId>,
        method: AssignmentMethod,
    ) -> Result<bool, Error> {
        let (tenant, now, assigned_by) = (self.tenant(), self.now(), self.cause().actor);
        let conversation = self.conversation(id).await?;
        if !conversation.kind.is_assigned() {
            return Err(Error::NotAssignable(conversation.kind));
        }
        let from = conversation.assignee_id;
        if from == assignee {
            return Ok(false);
        }
        let (kind, team_id, waited) =
            (conversation.kind, conversation.team_id, conversation.queued_at.map(|since| now - since));
        conversation.assignee_id = assignee;
        conversation.queue_up(now);
        conversation.touch(now);
        if from.is_some() {
            assignments::end(self.conn(), tenant, id, now).await?;
        }
        if let Some(user_id) = assignee {
            let assignment = Assignment {
                id: Uuid::now_v7(),
                team_id,
                user_id,
                assigned_by,
                method,
                waited,
                assigned_at: now,
                unassigned_at: None,
            };
            let again = assignments::begin(self.conn(), tenant, id, &assignment).await?;
            self.note_assignment(Assigned { kind, method, waited, again });
        }
        participants::follow_assignee(self.conn(), tenant, id, assignee, now).await?;
        let waited_ms = waited.filter(|_| assignee.is_some()).map(|waited| waited.num_milliseconds());
        let data = json!({ "from": from, "to": assignee, "method": method, "waited_ms": waited_ms });
        self.emit(id, EventKind::ConversationAssigned, data).await?;
        Ok(true)
    }

    /// Gives a conversation to another team, or to none: it waits in that queue, and nobody has it. `false`: it is
    /// theirs already.
    pub async fn transfer(
        &mut self,
        id: ConversationId,
        team: Option<TeamId>,
        note: Option<&str>,
    ) -> Result<bool, Error> {
        let now = self.now();
        let conversation = self.conversation(id).await?;
        if !conversation.kind.is_assigned() {
            return Err(Error::NotAssignable(conversation.kind));
        }
        let from = conversation.team_id;
        if from == team {
            return Ok(false);
        }
        conversation.team_id = team;
        // It begins to wait anew: how long others let it wait is not this team's doing.
        conversation.queued_at = None;
        conversation.queue_up(now);
        conversation.touch(now);
        let data = json!({ "from": from, "to": team, "note": note });
        self.emit(id, EventKind::ConversationTransferred, data).await?;
        self.assign(id, None, AssignmentMethod::Manual).await?;
        Ok(true)
    }

    /// Has queues served in which something has come to wait, and those of people who have room again.
    pub(crate) async fn serve_queues(&mut self, teams: &[TeamId], freed: &[UserId]) -> Result<(), Error> {
        if teams.is_empty() && freed.is_empty() {
            return Ok(());
        }
        let tenant_id = self.tenant();
        for team_id in assignments::teams_to_serve(self.conn(), tenant_id, teams, freed).await? {
            self.enqueue(&AssignWaiting { tenant_id, team_id }).await?;
        }
        Ok(())
    }

    /// Has the queues of a person's teams served, because they are there now or have more room.
    pub async fn has_room(&mut self, user: UserId) -> Result<(), Error> {
        // What has changed so far decides what waits.
        self.serve_queues(&[], &[user]).await
    }
}

impl Inbox {
    /// Gives the conversation that has waited longest in a team's queue to whoever is next. `false`: nothing waits, or
    /// nobody is there who has room.
    pub async fn assign_next(&self, tenant: TenantId, team: TeamId, cause: crate::Cause) -> Result<bool, Error> {
        let mut change = self.begin(tenant, cause).await?;
        let now = change.now();
        let Some(id) = assignments::next_waiting(change.conn(), tenant, Some(team)).await? else { return Ok(false) };
        let Some((user, method)) = assignments::next_member(change.conn(), tenant, team, now).await? else {
            return Ok(false);
        };
        let conversation = change.conversation(id).await?;
        // Somebody was quicker: the next look finds another.
        if conversation.queued_at.is_some() && conversation.team_id == Some(team) {
            change.assign(id, Some(user), method).await?;
            assignments::had_their_turn(change.conn(), tenant, team, user, now).await?;
        }
        change.commit().await?;
        Ok(true)
    }
}

/// Whether a person has their hands full with this conversation.
pub(crate) fn occupies(conversation: &Conversation) -> Option<UserId> {
    let busy = conversation.status.waits_for_somebody() && conversation.archived_at.is_none();
    conversation.assignee_id.filter(|_| busy)
}
