//! What is shown of people besides their own row.

use crate::Result;
use domain::{TeamId, UserId};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is known of a person besides their own row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// The teams they are in, in the order of their ids.
    pub teams: Vec<TeamId>,
    /// Whether they are asked for a second factor when they log in.
    pub has_second_factor: bool,
}

/// The same of many people, in one statement. Who is not among the tenant's people is not among the results.
pub async fn of(conn: &mut PgConnection, people: &[UserId]) -> Result<BTreeMap<UserId, Details>> {
    let ids: Vec<Uuid> = people.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"SELECT u.id,
                  ARRAY(SELECT m.team_id FROM team_members m
                         WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id ORDER BY m.team_id) AS "teams!",
                  EXISTS (SELECT FROM second_factors f WHERE f.tenant_id = u.tenant_id AND f.user_id = u.id
                             AND f.confirmed_at IS NOT NULL) AS "has_second_factor!"
             FROM users u WHERE u.id = ANY ($1)"#,
        &ids
    )
    .fetch_all(conn)
    .await?;
    let details = rows.into_iter().map(|row| {
        let teams = row.teams.into_iter().map(TeamId::from).collect();
        (UserId::from(row.id), Details { teams, has_second_factor: row.has_second_factor })
    });
    Ok(details.collect())
}
