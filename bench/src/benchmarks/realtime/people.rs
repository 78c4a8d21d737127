//! Those who look at screens, and what they say to each other.

use crate::stand::{Account, Console, Stand};
use anyhow::Context as _;
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

/// Who sign in at a time: hashing passwords is hard work.
const SIGNING_IN: usize = 2;
/// Requests at a time.
const SPEAKING: usize = 64;

/// People who are signed in, and their conversations.
pub struct People {
    pub agents: Vec<Console>,
    pub conversations: Vec<String>,
    pub key: String,
}

impl People {
    /// Makes agents with the admin's password, and channels that all of them see.
    pub async fn gather(
        stand: &Stand,
        account: &Account,
        address: &str,
        agents: usize,
        conversations: usize,
    ) -> anyhow::Result<Self> {
        let mut conn = stand.admin().await?;
        sqlx::query(
            "INSERT INTO users (tenant_id, id, email, name, role, password_hash, created_at, updated_at)
             SELECT u.tenant_id, gen_random_uuid(), 'agent' || n || '@bench.example', 'Agent ' || n, 'agent',
                    u.password_hash, now(), now()
               FROM users u, generate_series(1, $1) n WHERE u.role = 'admin'",
        )
        .bind(i32::try_from(agents)?)
        .execute(&mut conn)
        .await?;
        let agents: Vec<Console> = stream::iter(1..=agents)
            .map(async |number| account.console_of(address, &format!("agent{number}@bench.example")).await)
            .buffered(SIGNING_IN)
            .try_collect()
            .await?;
        let first = agents.first().context("there are no agents")?;
        let mut rooms = Vec::new();
        for number in 0..conversations {
            let name = format!("room-{number}");
            let new = json!({ "type": "team_channel", "title": name, "slug": name });
            let room = first.post("/conversations", &new).await?;
            rooms.push(room["id"].as_str().context("a conversation has no id")?.to_owned());
        }
        let connecting = first.get("/realtime").await?;
        let key = connecting["key"].as_str().context("no app key")?.to_owned();
        stand.analyze().await?;
        Ok(Self { agents, conversations: rooms, key })
    }

    /// Says so many messages at a steady rate: each has the time at which its request begins in it.
    pub async fn say(&self, messages: usize, rate: u32) -> anyhow::Result<()> {
        let begin = Instant::now();
        stream::iter(0..messages)
            .map(async |place| {
                let due = begin + Duration::from_secs(1) * u32::try_from(place)? / rate;
                tokio::time::sleep_until(due).await;
                let agent = &self.agents[place % self.agents.len()];
                let conversation = &self.conversations[place % self.conversations.len()];
                let text =
                    format!("{}Hello! Can you take over the order that came in this morning?", super::screens::stamp());
                agent.post(&format!("/conversations/{conversation}/notes"), &json!({ "text": text })).await
            })
            .buffer_unordered(SPEAKING)
            .try_for_each(async |_| Ok(()))
            .await
    }
}
