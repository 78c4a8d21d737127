//! On which channels a contact has conversed, in the order of time.

use crate::{Result, conversations::sight::within, database::plan_for_filters};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, ContactId, sight::Sight};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// How many of each conversation's messages are looked at, from the latest on: nobody reads a journey of more.
const MESSAGES: i64 = 2_000;

/// A stretch of time in which a contact and the tenant conversed over one account.
#[derive(Clone, Debug)]
pub struct Step {
    /// The account.
    pub connection_id: ConnectionId,
    /// What it is called.
    pub connection_name: String,
    /// The plugin that speaks for it.
    pub channel: String,
    /// The first message.
    pub first_at: DateTime<Utc>,
    /// The last one before the next step.
    pub last_at: DateTime<Utc>,
    /// Messages of the contact.
    pub inbound: i64,
    /// Messages to them.
    pub outbound: i64,
    /// Whether it is the first contact on this channel.
    pub first_on_channel: bool,
}

/// The steps of a contact in the conversations that somebody sees, the first one first.
pub async fn of(conn: &mut PgConnection, contact: ContactId, sight: &Sight) -> Result<Vec<Step>> {
    plan_for_filters(conn).await?;
    let mut query = QueryBuilder::<Postgres>::new(
        "WITH said AS (
            SELECT m.connection_id, m.direction, m.occurred_at, m.id
              FROM conversations v
             CROSS JOIN LATERAL (
                   SELECT connection_id, direction, occurred_at, id FROM messages
                    WHERE tenant_id = v.tenant_id AND conversation_id = v.id AND direction <> 'internal'
                    ORDER BY occurred_at DESC LIMIT ",
    );
    query.push_bind(MESSAGES).push(") m WHERE v.tenant_id = current_tenant() AND v.contact_id = ").push_bind(contact.0);
    within(&mut query, sight);
    // Messages in a row over one account keep the distance between their places in all and in those of the account.
    query.push(
        "), placed AS (
            SELECT *, row_number() OVER (ORDER BY occurred_at, id)
                      - row_number() OVER (PARTITION BY connection_id ORDER BY occurred_at, id) AS stretch
              FROM said
        ), steps AS (
            SELECT connection_id, min(occurred_at) AS first_at, max(occurred_at) AS last_at,
                   count(*) FILTER (WHERE direction = 'inbound') AS inbound,
                   count(*) FILTER (WHERE direction = 'outbound') AS outbound
              FROM placed GROUP BY connection_id, stretch
        )
        SELECT s.connection_id, c.name AS connection_name, c.plugin_id AS channel, s.first_at, s.last_at, s.inbound,
               s.outbound, row_number() OVER (PARTITION BY c.plugin_id ORDER BY s.first_at) = 1 AS first_on_channel
          FROM steps s JOIN connections c ON c.tenant_id = current_tenant() AND c.id = s.connection_id
         ORDER BY s.first_at, s.connection_id",
    );
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| Step {
            connection_id: row.connection_id.into(),
            connection_name: row.connection_name,
            channel: row.channel,
            first_at: row.first_at,
            last_at: row.last_at,
            inbound: row.inbound,
            outbound: row.outbound,
            first_on_channel: row.first_on_channel,
        })
        .collect())
}

#[derive(sqlx::FromRow)]
struct Row {
    connection_id: Uuid,
    connection_name: String,
    channel: String,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
    inbound: i64,
    outbound: i64,
    first_on_channel: bool,
}
