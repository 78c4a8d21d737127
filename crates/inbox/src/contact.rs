//! Two contacts that become one, and contacts who are left out.

use crate::{Error, MergeError, Transaction};
use domain::{ContactId, UserId, event::EventKind};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::contacts::{
    facts::Asking,
    merging::{self, Locked, Merge},
    record,
};
use uuid::Uuid;

/// Why two contacts do not become one, or one not two again.
#[derive(Debug, thiserror::Error)]
pub enum ContactMergeError {
    /// There is no such contact.
    #[error("no such contact")]
    NotFound,
    /// A contact cannot go into itself.
    #[error("a contact cannot be merged into itself")]
    Same,
    /// One of them has gone into another already.
    #[error("one of the contacts has been merged already")]
    AlreadyMerged,
    /// There is no merge to take back.
    #[error("the contact has not been merged")]
    NotMerged,
    /// The other has itself gone into a third since.
    #[error("the contact that it was merged into has been merged itself since; take that back first")]
    MergedOn,
    /// Conversations that stood in each other's way could not become one, or not two again.
    #[error(transparent)]
    Conversations(#[from] MergeError),
    /// Anything else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<store::Error> for ContactMergeError {
    fn from(error: store::Error) -> Self {
        Self::Other(error.into())
    }
}

impl Transaction {
    /// Makes a contact part of another: addresses and conversations go there, and what the other does not have yet.
    /// Where both have a conversation that is not over at the same account and thread, the one becomes part of the other.
    /// What happened stays where it was written.
    pub async fn merge_contacts(&mut self, source: ContactId, target: ContactId) -> Result<(), ContactMergeError> {
        if source == target {
            return Err(ContactMergeError::Same);
        }
        let (tenant, now, by) = (self.tenant(), self.now(), self.cause().actor);
        let [from, into] = self.both_contacts(source, target).await?;
        if from.merged_into.is_some() || into.merged_into.is_some() {
            return Err(ContactMergeError::AlreadyMerged);
        }
        let moving = merging::conversations(self.conn(), tenant, source, target).await?;
        // All of them first, in the order of their ids, as everywhere.
        let ids: BTreeSet<_> = moving.iter().flat_map(|v| [Some(v.id), v.rival]).flatten().collect();
        for id in ids {
            self.conversation(id).await?;
        }
        let name = into.name.clone().or_else(|| from.name.clone());
        for moved in &moving {
            let conversation = self.conversation(moved.id).await?;
            conversation.identity_id = moved.identity_id;
            conversation.contact_name.clone_from(&name);
            if let Some(counterpart) = &mut conversation.counterpart {
                counterpart.contact_id = target;
            }
        }
        for (moved, rival) in moving.iter().filter_map(|v| Some((v.id, v.rival?))) {
            self.merge(moved, rival).await?;
        }
        let taken = into.lacks(&from);
        let conversations = moving.iter().map(|v| v.id).collect();
        let merge = Merge { id: Uuid::now_v7(), taken, conversations, merged_at: now };
        merging::merge(self.conn(), tenant, [&from, &into], &merge, by).await?;
        if into.name.is_none() {
            self.rename_held(target, name.as_deref());
        }
        let data = json!({
            "merge_id": merge.id, "source_id": source, "target_id": target, "fields": merge.taken,
            "conversations": merge.conversations.len(),
        });
        self.emit_apart(EventKind::ContactMerged, Some(source), data.clone());
        self.emit_apart(EventKind::ContactMerged, Some(target), data);
        // It has more addresses by which plugins may know something.
        self.ask_about(target, Asking::default()).await?;
        Ok(())
    }

    /// Takes a merge of contacts back: addresses and conversations return, with the conversations that have begun with
    /// these addresses since, and the other gives up what it took over and still has. Conversations of the two that have
    /// become one become two again. Says whom the contact had gone into.
    pub async fn unmerge_contact(&mut self, source: ContactId) -> Result<ContactId, ContactMergeError> {
        let (tenant, now) = (self.tenant(), self.now());
        let seen = store::contacts::list::one(self.conn(), source).await?.ok_or(ContactMergeError::NotFound)?;
        let target = seen.merged_into.ok_or(ContactMergeError::NotMerged)?;
        let [back, from] = self.both_contacts(source, target).await?;
        if back.merged_into != Some(target) {
            return Err(ContactMergeError::NotMerged);
        }
        if from.merged_into.is_some() {
            return Err(ContactMergeError::MergedOn);
        }
        let merge = merging::of_source(self.conn(), tenant, source).await?.ok_or(ContactMergeError::NotMerged)?;
        let returning = merging::returning(self.conn(), tenant, source, target, &merge).await?;
        let entangled = returning.entangled.iter().flat_map(|(part, whole)| [*part, *whole]);
        let moving = returning.conversations.iter().chain(&returning.readdressed).copied();
        let ids: BTreeSet<_> = moving.chain(entangled).collect();
        for id in ids {
            self.conversation(id).await?;
        }
        for id in &returning.conversations {
            let conversation = self.conversation(*id).await?;
            conversation.contact_name.clone_from(&back.name);
            if let Some(counterpart) = &mut conversation.counterpart {
                counterpart.contact_id = source;
            }
        }
        for id in &returning.readdressed {
            self.conversation(*id).await?.identity_id = None;
        }
        // Whether a conversation may be open again depends on whose the others are now.
        self.flush().await?;
        merging::undo(self.conn(), tenant, [&back, &from], &merge, now).await?;
        for (part, _) in returning.entangled {
            self.unmerge(part).await?;
        }
        let data = json!({
            "merge_id": merge.id, "source_id": source, "target_id": target,
            "conversations": returning.conversations.len(),
        });
        self.emit_apart(EventKind::ContactUnmerged, Some(source), data.clone());
        self.emit_apart(EventKind::ContactUnmerged, Some(target), data);
        for contact in [source, target] {
            self.ask_about(contact, Asking::default()).await?;
        }
        Ok(target)
    }

    /// Leaves out what a contact writes from now on, because somebody says so, or with `None` no longer. `false`: it is so
    /// already.
    pub async fn set_blocked(&mut self, id: ContactId, by: Option<UserId>) -> Result<bool, Error> {
        let (tenant, now) = (self.tenant(), self.now());
        let changed = record::set_blocked(self.conn(), tenant, id, by, now).await?;
        if changed {
            let data = json!({ "contact_id": id, "blocked": by.is_some() });
            self.emit_apart(EventKind::ContactBlocked, Some(id), data);
        }
        Ok(changed)
    }

    async fn both_contacts(&mut self, one: ContactId, other: ContactId) -> Result<[Locked; 2], ContactMergeError> {
        let tenant = self.tenant();
        let locked = merging::lock(self.conn(), tenant, [one, other]).await?.into_iter();
        let mut locked: BTreeMap<_, _> = locked.map(|contact| (contact.id, contact)).collect();
        let mut take = |id| locked.remove(&id).ok_or(ContactMergeError::NotFound);
        Ok([take(one)?, take(other)?])
    }
}
