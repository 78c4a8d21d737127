//! What lists and searches of conversations are narrowed to.

use crate::{
    Result,
    search::{
        self, Found,
        names::{Search, patterns},
    },
};
use domain::{
    CompanyId, ConnectionId, ContactId, TeamId, UserId,
    conversation::{ConversationType, Priority, Status},
};
use serde_json::{Value, json};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// What a list is narrowed to; nothing by default.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these types.
    pub kinds: Option<Vec<ConversationType>>,
    /// Only this channel.
    pub channel: Option<String>,
    /// Only over this account.
    pub connection: Option<ConnectionId>,
    /// Only this brand.
    pub brand: Option<String>,
    /// Only these statuses.
    pub statuses: Option<Vec<Status>>,
    /// Only this queue state, as [`Status::queue_state`] names it.
    pub queue_state: Option<&'static str>,
    /// Only these priorities.
    pub priorities: Option<Vec<Priority>>,
    /// Only this category.
    pub category: Option<String>,
    /// Only what was closed for this reason.
    pub close_reason: Option<String>,
    /// Only this team's, or with `Some(None)` no team's.
    pub team: Option<Option<TeamId>>,
    /// Only what this person has, or with `Some(None)` nobody.
    pub assignee: Option<Option<UserId>>,
    /// Only where this person takes part.
    pub participant: Option<UserId>,
    /// Only what has all these tags.
    pub tags: Vec<String>,
    /// Only what has these fields of the tenant's own making, as an object.
    pub attributes: Option<Value>,
    /// Only this contact's.
    pub contact: Option<ContactId>,
    /// Only with the people of this company.
    pub company: Option<CompanyId>,
    /// Only what has, or has no, unread messages.
    pub unread: Option<bool>,
    /// Only what is, or is not, escalated.
    pub escalated: Option<bool>,
    /// Only what is, or is not, archived. Lists leave archived ones out unless they are asked for.
    pub archived: Option<bool>,
    /// Only what has all these words, or words that have them within, in the contact's name, the title or the last message,
    /// whatever the case and the accents.
    pub search: Option<String>,
}

/// What has to be looked for in indexes before a list is made.
pub(super) struct Finds {
    typed: Option<Search>,
    attributes: Option<(Value, Found)>,
}

/// Looks for it.
pub(super) async fn find(conn: &mut PgConnection, filter: &Filter) -> Result<Finds> {
    let mut finds = Finds { typed: None, attributes: None };
    if let Some(typed) = &filter.search {
        let patterns = patterns(typed);
        let ids = sqlx::query_scalar!(r#"SELECT find_conversations($1, $2) AS "id!""#, &patterns, search::at_most());
        let found = Found::of(ids.fetch_all(&mut *conn).await?);
        finds.typed = Some(Search { patterns, found });
    }
    if let Some(wanted) = filter.attributes.as_ref().filter(|wanted| **wanted != json!({})) {
        let ids =
            sqlx::query_scalar!(r#"SELECT conversations_with_attributes($1, $2) AS "id!""#, wanted, search::at_most());
        finds.attributes = Some((wanted.clone(), Found::of(ids.fetch_all(conn).await?)));
    }
    Ok(finds)
}

impl Finds {
    pub(super) fn narrow(&self, query: &mut QueryBuilder<Postgres>) {
        if let Some(typed) = &self.typed {
            typed.narrow(query, "v.id", "search_form(' ' || v.search_text)");
        }
        if let Some((wanted, found)) = &self.attributes {
            found.narrow_to_attributes(query, "v", wanted);
        }
    }
}

/// Leaves what the filter lets through, of conversations `v`, but for what is [found](find) before.
pub(crate) fn narrow(query: &mut QueryBuilder<Postgres>, filter: &Filter) {
    if let Some(kinds) = &filter.kinds {
        let kinds: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
        query.push(" AND v.type = ANY(").push_bind(kinds).push(")");
    }
    if let Some(statuses) = &filter.statuses {
        query.push(" AND v.status = ANY(").push_bind(names(statuses.iter().copied())).push(")");
    }
    if let Some(state) = filter.queue_state {
        in_queue_state(query, state);
    }
    if let Some(priorities) = &filter.priorities {
        let priorities: Vec<_> = priorities.iter().map(|priority| priority.as_str()).collect();
        query.push(" AND v.priority = ANY(").push_bind(priorities).push(")");
    }
    for (column, value) in [
        ("v.channel", &filter.channel),
        ("v.brand", &filter.brand),
        ("v.category", &filter.category),
        ("v.close_reason", &filter.close_reason),
    ] {
        if let Some(value) = value {
            query.push(" AND ").push(column).push(" = ").push_bind(value.clone());
        }
    }
    is_or_is_nobodys(query, "v.team_id", filter.team.map(|team| team.map(Uuid::from)));
    is_or_is_nobodys(query, "v.assignee_id", filter.assignee.map(|user| user.map(Uuid::from)));
    if let Some(user) = filter.participant {
        query.push(" AND EXISTS (SELECT FROM conversation_participants p WHERE p.tenant_id = v.tenant_id");
        query.push(" AND p.conversation_id = v.id AND p.left_at IS NULL AND p.user_id = ").push_bind(user.0).push(")");
    }
    for tag in &filter.tags {
        query.push(" AND EXISTS (SELECT FROM conversation_tags t WHERE t.tenant_id = v.tenant_id");
        query.push(" AND t.conversation_id = v.id AND t.tag = ").push_bind(tag.clone()).push(")");
    }
    if let Some(connection) = filter.connection {
        query.push(" AND v.connection_id = ").push_bind(connection.0);
    }
    if let Some(contact) = filter.contact {
        query.push(" AND v.contact_id = ").push_bind(contact.0);
    }
    if let Some(company) = filter.company {
        query.push(" AND v.contact_id IN (SELECT c.id FROM contacts c WHERE c.tenant_id = current_tenant()");
        query.push(" AND c.company_id = ").push_bind(company.0).push(")");
    }
    if let Some(unread) = filter.unread {
        query.push(if unread { " AND v.unread_count > 0" } else { " AND v.unread_count = 0" });
    }
    for (column, wanted) in [("v.escalated_at", filter.escalated), ("v.archived_at", filter.archived)] {
        if let Some(wanted) = wanted {
            query.push(" AND ").push(column).push(if wanted { " IS NOT NULL" } else { " IS NULL" });
        }
    }
}

/// Leaves what stands so in the words of queues. The statuses by themselves come first, for their index.
fn in_queue_state(query: &mut QueryBuilder<Postgres>, state: &str) {
    let having = |assigned| Status::ALL.iter().copied().filter(move |s| s.queue_state(assigned) == state);
    let (nobodys, somebodys): (Vec<_>, Vec<_>) = (having(false).collect(), having(true).collect());
    let either = Status::ALL.iter().copied().filter(|status| nobodys.contains(status) || somebodys.contains(status));
    query.push(" AND v.status = ANY(").push_bind(names(either)).push(")");
    if somebodys.is_empty() {
        query.push(" AND v.assignee_id IS NULL");
    } else if nobodys.is_empty() {
        query.push(" AND v.assignee_id IS NOT NULL");
    } else if nobodys != somebodys {
        query.push(" AND v.status = ANY(CASE WHEN v.assignee_id IS NULL THEN ").push_bind(names(nobodys.into_iter()));
        query.push(" ELSE ").push_bind(names(somebodys.into_iter())).push(" END)");
    }
}

/// Somebody's, or with `Some(None)` nobody's.
#[expect(clippy::option_option, reason = "as the filter has it: not asked for, nobody's, somebody's")]
fn is_or_is_nobodys(query: &mut QueryBuilder<Postgres>, column: &str, wanted: Option<Option<Uuid>>) {
    match wanted {
        Some(Some(id)) => drop(query.push(" AND ").push(column).push(" = ").push_bind(id)),
        Some(None) => drop(query.push(" AND ").push(column).push(" IS NULL")),
        None => {}
    }
}

fn names(statuses: impl Iterator<Item = Status>) -> Vec<String> {
    statuses.map(|status| status.as_str().to_owned()).collect()
}
