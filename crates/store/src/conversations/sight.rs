//! Which conversations a person sees.

use domain::{
    TeamId,
    sight::{Reach, Sight},
};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// Leaves what the person sees, of conversations `v`.
///
/// Whoever has a conversation takes part in it, too, and sees it for having it; what they take part in besides is little,
/// and known before the first row is read.
pub(crate) fn within(query: &mut QueryBuilder<Postgres>, sight: &Sight) {
    query.push(" AND (");
    by_itself(query, sight);
    query.push(" OR ");
    taking_part(query, sight);
    query.push(")");
}

/// For its type, team and assignee.
fn by_itself(query: &mut QueryBuilder<Postgres>, sight: &Sight) {
    query.push("in_sight(v.type, v.is_private, v.team_id, v.assignee_id, v.requester_id, ");
    query.push_bind(sight.user.0).push(", ").push_bind(ids(&sight.teams)).push(", ");
    query.push_bind(reach(sight)).push(")");
}

/// For taking part in it otherwise than by having it.
fn taking_part(query: &mut QueryBuilder<Postgres>, sight: &Sight) {
    query.push("v.id IN (SELECT p.conversation_id FROM conversation_participants p");
    query.push(" WHERE p.tenant_id = current_tenant() AND p.left_at IS NULL AND NOT p.as_assignee");
    query.push(" AND p.user_id = ").push_bind(sight.user.0).push(")");
}

/// The name of a reach for the database function `in_sight`.
pub(crate) const fn reach(sight: &Sight) -> &'static str {
    match sight.reach {
        Reach::Queues => "queues",
        Reach::Teams => "teams",
        Reach::Everything => "everything",
    }
}

fn ids(teams: &[TeamId]) -> Vec<Uuid> {
    teams.iter().map(|team| team.0).collect()
}

/// The rows `v` of what the person sees and `narrow` leaves: with a limit the latest changed, in that order; else all.
///
/// Who sees queues and their own sees little of a long history. Asking every row of it whether it is seen reads all of it
/// where few are looked for, so that what they have, what nobody has, tickets and what they take part in are found by an
/// index each.
pub(crate) fn seen(
    query: &mut QueryBuilder<Postgres>,
    sight: &Sight,
    limit: Option<i64>,
    narrow: impl Fn(&mut QueryBuilder<Postgres>),
) {
    if sight.reach != Reach::Queues {
        part(query, limit, &narrow, |query| within(query, sight));
        return;
    }
    query.push("SELECT * FROM (");
    let parts: [Part<'_>; 4] = [
        &|query| is_assigned(query, "=", sight),
        &|query| {
            query.push(" AND v.assignee_id IS NULL AND ");
            by_itself(query, sight);
        },
        &|query| {
            is_assigned(query, "<>", sight);
            query.push(" AND v.type = 'internal_ticket' AND ");
            by_itself(query, sight);
        },
        &|query| {
            query.push(" AND ");
            taking_part(query, sight);
            is_assigned(query, "IS DISTINCT FROM", sight);
            query.push(" AND NOT ");
            by_itself(query, sight);
        },
    ];
    for (place, seen) in parts.into_iter().enumerate() {
        query.push(if place == 0 { "(" } else { " UNION ALL (" });
        part(query, limit, &narrow, seen);
        query.push(")");
    }
    query.push(") v");
    latest(query, limit);
}

/// One way of seeing a conversation, as a condition.
type Part<'a> = &'a dyn Fn(&mut QueryBuilder<Postgres>);

fn part(
    query: &mut QueryBuilder<Postgres>,
    limit: Option<i64>,
    narrow: &impl Fn(&mut QueryBuilder<Postgres>),
    seen: impl Fn(&mut QueryBuilder<Postgres>),
) {
    query.push("SELECT v.* FROM conversations v WHERE v.tenant_id = current_tenant()");
    seen(query);
    narrow(query);
    latest(query, limit);
}

fn latest(query: &mut QueryBuilder<Postgres>, limit: Option<i64>) {
    if let Some(limit) = limit {
        query.push(" ORDER BY v.updated_at DESC, v.id DESC LIMIT ").push_bind(limit);
    }
}

fn is_assigned(query: &mut QueryBuilder<Postgres>, how: &str, sight: &Sight) {
    query.push(" AND v.assignee_id ").push(how).push(" ").push_bind(sight.user.0);
}
