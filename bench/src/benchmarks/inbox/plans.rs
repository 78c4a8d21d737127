//! How PostgreSQL goes about what is asked: which tables it reads, and by which indexes.

use crate::{
    report::repository,
    stand::{Console, Stand},
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    time::Duration,
};

/// Tables that nobody must read to their end for an agent.
const LARGE: [&str; 8] = [
    "contacts",
    "conversation_assignments",
    "conversation_participants",
    "conversation_tags",
    "conversations",
    "identities",
    "message_search",
    "messages",
];

/// The server writes down the plan of every statement of the product from now on, for connections that begin now.
pub async fn watch(stand: &Stand) -> anyhow::Result<Plans> {
    let mut conn = stand.admin().await?;
    sqlx::raw_sql(
        "ALTER ROLE signalbox_app SET session_preload_libraries = 'auto_explain';
         ALTER ROLE signalbox_app SET auto_explain.log_min_duration = 0;
         ALTER ROLE signalbox_app SET auto_explain.log_nested_statements = on",
    )
    .execute(&mut conn)
    .await?;
    Ok(Plans { log: stand.server_log() })
}

/// The server's log, with plans.
pub struct Plans {
    log: PathBuf,
}

/// By question, what is read and how.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Snapshot(BTreeMap<&'static str, BTreeSet<String>>);

impl Plans {
    /// The plans of what is asked.
    pub async fn of(&self, person: &Console, questions: &[(&'static str, String)]) -> anyhow::Result<Snapshot> {
        let mut snapshot = BTreeMap::new();
        for (name, path) in questions {
            let before = fs::read(&self.log)?.len();
            person.get(path).await?;
            tokio::time::sleep(Duration::from_millis(100)).await;
            let log = fs::read(&self.log)?;
            snapshot.insert(*name, scans(&String::from_utf8_lossy(&log[before..])));
        }
        Ok(Snapshot(snapshot))
    }
}

/// The lines of plans that name a table or an index.
fn scans(log: &str) -> BTreeSet<String> {
    let nodes = log.lines().filter(|line| line.starts_with('\t')).filter_map(|line| line.split_once("  (cost="));
    let nodes = nodes.map(|(node, _)| node.trim_start_matches(|c: char| c.is_whitespace() || "->".contains(c)));
    nodes.filter(|node| node.contains("Scan") && node.contains(" on ")).map(str::to_owned).collect()
}

impl Snapshot {
    /// How many questions read a large table to its end.
    pub fn scans(&self) -> u32 {
        let reads_all = |plan: &BTreeSet<String>| {
            plan.iter().any(|node| {
                let mut words = node.split(" on ").skip(1).flat_map(|table| table.split(' '));
                node.contains("Seq Scan") && words.next().is_some_and(|table| LARGE.contains(&table))
            })
        };
        let all: Vec<_> = self.0.iter().filter(|(_, plan)| reads_all(plan)).map(|(name, _)| name).collect();
        for name in &all {
            eprintln!("    reads a large table to its end: {name}");
        }
        u32::try_from(all.len()).unwrap_or(u32::MAX)
    }

    /// Writes the file.
    pub fn save(&self) -> anyhow::Result<()> {
        let file = repository().join("bench/results/inbox-plans.json");
        Ok(fs::write(file, format!("{}\n", serde_json::to_string_pretty(self)?))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_what_it_reads() {
        let log = "2026 LOG:  duration: 0.1 ms  plan:\n\tQuery Text: SELECT 1\n\tLimit  (cost=0.1..2 rows=1 width=8)\n\
                   \t  ->  Index Scan using conversations_recent on conversations v  (cost=0.4..9 rows=1 width=8)\n\
                   \t        Index Cond: (tenant_id = current_tenant())\n\
                   \t  ->  Seq Scan on messages  (cost=0.4..9 rows=1 width=8)\n";
        let plan = scans(log);
        let expected = ["Index Scan using conversations_recent on conversations v", "Seq Scan on messages"];
        assert_eq!(plan, expected.map(str::to_owned).into());
        assert_eq!(Snapshot(BTreeMap::from([("a", plan)])).scans(), 1);
    }
}
