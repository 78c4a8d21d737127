//! Messages by their words, over all of history, the latest first.

use super::snippet::{self, Fragment};
use crate::{
    Error, Result,
    conversations::{
        filter::{self, narrow},
        sight::within,
    },
};
use chrono::{DateTime, Utc};
use domain::{
    ContactId, ConversationId, MessageId,
    conversation::ConversationType,
    message::{Direction, SenderKind},
    sight::Sight,
};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// How many messages are looked at in one go, the latest before the index is asked: what is frequent is among them.
const STEPS: i32 = 40_000;
/// As many as the index may know of for all of them to be looked up.
const FEW: usize = 10_000;
/// How often a search goes on when the index does not help. It then says how far it came.
const WALKS: usize = 5;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only in conversations such as these.
    pub conversations: filter::Filter,
    /// Only in this one.
    pub conversation: Option<ConversationId>,
    /// Only what such a sender wrote.
    pub sender: Option<SenderKind>,
    /// Only what was written then or later.
    pub since: Option<DateTime<Utc>>,
    /// Only what was written before.
    pub before: Option<DateTime<Utc>>,
}

/// A message that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Which.
    pub id: MessageId,
    /// Where it was written.
    pub conversation_id: ConversationId,
    /// What that is for.
    pub kind: ConversationType,
    /// The subject there, or the channel's name.
    pub title: Option<String>,
    /// The contact there.
    pub contact_id: Option<ContactId>,
    /// The contact's name.
    pub contact_name: Option<String>,
    /// Which way it went.
    pub direction: Direction,
    /// Who wrote it.
    pub sender_kind: SenderKind,
    /// The user or rule that wrote it.
    pub sender_id: Option<Uuid>,
    /// The part with what was looked for.
    pub snippet: Vec<Fragment>,
    /// When it was written.
    pub occurred_at: DateTime<Utc>,
}

/// A place in history, from which a search goes on to what is older.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// When the message there was written.
    pub occurred_at: DateTime<Utc>,
    /// Which it is.
    pub id: MessageId,
}

/// What a search found.
#[derive(Debug)]
pub struct Page {
    /// The messages, the latest first.
    pub hits: Vec<Hit>,
    /// Where to go on. There may be one behind a page that is not full: the search had looked at enough.
    pub next: Option<Position>,
}

/// At most `limit` messages that the person sees and that have all the words in `typed`, behind `after`.
pub async fn page(
    conn: &mut PgConnection,
    sight: &Sight,
    typed: &str,
    filter: &Filter,
    after: Option<Position>,
    limit: usize,
) -> Result<Page> {
    let mut search = Search { sight, typed, filter, limit, rows: Vec::new() };
    // Before a time is before the least of all ids at that time.
    let end = filter.before.map(|at| Position { occurred_at: at, id: MessageId(Uuid::nil()) });
    let start = after.or(end);
    let next = match filter.conversation {
        Some(conversation) => search.one_conversation(conn, conversation, start).await?,
        None => search.history(conn, start).await?,
    };
    let next = search.cut().or(next);
    let texts: Vec<_> = search.rows.iter().map(|row| row.text.as_deref().unwrap_or_default()).collect();
    let snippets = snippet::of(conn, typed, &texts).await?;
    let hits = search.rows.into_iter().zip(snippets).map(|(row, snippet)| row.hit(snippet));
    Ok(Page { hits: hits.collect::<Result<_>>()?, next })
}

struct Search<'a> {
    sight: &'a Sight,
    typed: &'a str,
    filter: &'a Filter,
    limit: usize,
    rows: Vec<Row>,
}

/// Messages that have the words, the latest first.
#[derive(Default)]
struct Candidates {
    ids: Vec<Uuid>,
    times: Vec<DateTime<Utc>>,
}

impl Candidates {
    fn push(&mut self, id: Uuid, at: DateTime<Utc>) {
        self.ids.push(id);
        self.times.push(at);
    }
}

impl Search<'_> {
    /// Goes through history from a position. Returns how far it came, if that is not its end.
    async fn history(&mut self, conn: &mut PgConnection, start: Option<Position>) -> Result<Option<Position>> {
        let mut position = start;
        for walk in 0..WALKS {
            let (candidates, reached) = self.walk(conn, position).await?;
            self.look_up(conn, &candidates).await?;
            if reached.is_none() || self.is_full() {
                return Ok(reached);
            }
            position = reached;
            if walk == 0 && !self.fills_by_walking() {
                let indexed = self.indexed(conn, position).await?;
                if indexed.ids.len() <= FEW {
                    self.look_up(conn, &indexed).await?;
                    return Ok(None);
                }
            }
        }
        Ok(position)
    }

    /// Whether going on as far as a search may go is likely to fill the page, after the first steps.
    fn fills_by_walking(&self) -> bool {
        self.rows.len() * WALKS > self.limit
    }

    fn is_full(&self) -> bool {
        self.rows.len() > self.limit
    }

    /// Leaves the page. The one that is too many says that there are more, behind the last that is left.
    fn cut(&mut self) -> Option<Position> {
        if !self.is_full() {
            return None;
        }
        self.rows.truncate(self.limit);
        self.rows.last().map(|row| Position { occurred_at: row.occurred_at, id: row.id.into() })
    }

    /// Those with the words among the next messages, and the last that was looked at.
    async fn walk(&self, conn: &mut PgConnection, from: Option<Position>) -> Result<(Candidates, Option<Position>)> {
        let rows = sqlx::query!(
            r#"SELECT message_id AS "id!", occurred_at AS "at!", hit AS "hit!", step AS "step!"
                 FROM walk_messages($1, $2, $3, $4, $5)"#,
            self.typed,
            self.filter.since,
            from.map(|from| from.occurred_at),
            from.map(|from| from.id.0),
            STEPS
        );
        let rows = rows.fetch_all(conn).await?;
        let reached = rows.last().filter(|row| row.step == i64::from(STEPS));
        let reached = reached.map(|row| Position { occurred_at: row.at, id: row.id.into() });
        let mut hits = Candidates::default();
        for row in rows.into_iter().filter(|row| row.hit) {
            hits.push(row.id, row.at);
        }
        Ok((hits, reached))
    }

    /// Those with the words behind a position, of all history, as far as they are few.
    async fn indexed(&self, conn: &mut PgConnection, from: Option<Position>) -> Result<Candidates> {
        let rows = sqlx::query!(
            r#"SELECT message_id AS "id!", occurred_at AS "at!"
                 FROM find_messages($1, $2, $3, $4, $5)"#,
            self.typed,
            self.filter.since,
            from.map(|from| from.occurred_at),
            from.map(|from| from.id.0),
            i32::try_from(FEW + 1).unwrap_or(i32::MAX)
        );
        let mut found = Candidates::default();
        for row in rows.fetch_all(conn).await? {
            found.push(row.id, row.at);
        }
        Ok(found)
    }

    /// Reads those of the candidates that the person sees and the filter leaves, as many as the page still takes.
    async fn look_up(&mut self, conn: &mut PgConnection, candidates: &Candidates) -> Result<()> {
        if candidates.ids.is_empty() {
            return Ok(());
        }
        let mut query = QueryBuilder::new(COLUMNS);
        // In the order of time before anything is looked up, so that it ends with the page.
        query.push(" FROM (SELECT * FROM unnest(").push_bind(candidates.ids.clone()).push("::uuid[], ");
        query
            .push_bind(candidates.times.clone())
            .push("::timestamptz[]) AS c (id, at) ORDER BY at DESC, id DESC OFFSET 0) c");
        query.push(" JOIN messages m ON m.tenant_id = current_tenant() AND m.id = c.id").push(CONVERSATION);
        self.narrow(&mut query);
        query.push(" ORDER BY c.at DESC, c.id DESC LIMIT ").push_bind(self.missing());
        let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
        self.rows.extend(rows);
        Ok(())
    }

    /// Goes through one conversation, in which no index on words is needed.
    async fn one_conversation(
        &mut self,
        conn: &mut PgConnection,
        conversation: ConversationId,
        start: Option<Position>,
    ) -> Result<Option<Position>> {
        let mut query = QueryBuilder::new(COLUMNS);
        query.push(" FROM messages m JOIN message_search s ON s.tenant_id = m.tenant_id AND s.message_id = m.id");
        query.push(CONVERSATION).push(" AND m.tenant_id = current_tenant() AND m.conversation_id = ");
        query.push_bind(conversation.0).push(" AND s.words @@ search_query(").push_bind(self.typed).push(")");
        if let Some(since) = self.filter.since {
            query.push(" AND m.occurred_at >= ").push_bind(since);
        }
        if let Some(start) = start {
            query.push(" AND m.occurred_at <= ").push_bind(start.occurred_at);
            query.push(" AND (m.occurred_at, m.id) < (").push_bind(start.occurred_at).push(", ");
            query.push_bind(start.id.0).push(")");
        }
        self.narrow(&mut query);
        query.push(" ORDER BY m.occurred_at DESC, m.id DESC LIMIT ").push_bind(self.missing());
        self.rows = query.build_query_as().fetch_all(conn).await?;
        Ok(None)
    }

    fn narrow(&self, query: &mut QueryBuilder<Postgres>) {
        within(query, self.sight);
        narrow(query, &self.filter.conversations);
        if let Some(sender) = self.filter.sender {
            query.push(" AND m.sender_kind = ").push_bind(sender.as_str());
        }
    }

    /// How many rows are needed to know that the page is full.
    fn missing(&self) -> i64 {
        i64::try_from(self.limit + 1 - self.rows.len()).unwrap_or(i64::MAX)
    }
}

const COLUMNS: &str = "SELECT m.id, m.conversation_id, v.type AS kind, v.title, v.contact_id, k.name AS contact_name,
       m.direction, m.sender_kind, m.sender_id, message_text(m.content) AS text, m.occurred_at";
const CONVERSATION: &str = " JOIN conversations v ON v.tenant_id = m.tenant_id AND v.id = m.conversation_id
       LEFT JOIN contacts k ON k.tenant_id = v.tenant_id AND k.id = v.contact_id
      WHERE m.deleted_at IS NULL";

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    conversation_id: Uuid,
    kind: String,
    title: Option<String>,
    contact_id: Option<Uuid>,
    contact_name: Option<String>,
    direction: String,
    sender_kind: String,
    sender_id: Option<Uuid>,
    text: Option<String>,
    occurred_at: DateTime<Utc>,
}

impl Row {
    fn hit(self, snippet: Vec<Fragment>) -> Result<Hit> {
        Ok(Hit {
            id: self.id.into(),
            conversation_id: self.conversation_id.into(),
            kind: self.kind.parse().map_err(|error| Error::corrupt("conversations.type", error))?,
            title: self.title,
            contact_id: self.contact_id.map(Into::into),
            contact_name: self.contact_name,
            direction: self.direction.parse().map_err(|error| Error::corrupt("messages.direction", error))?,
            sender_kind: self.sender_kind.parse().map_err(|error| Error::corrupt("messages.sender_kind", error))?,
            sender_id: self.sender_id,
            snippet,
            occurred_at: self.occurred_at,
        })
    }
}
