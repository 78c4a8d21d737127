//! `signalbox queue dead-letters`, `replay`, `discard` and `edit`

use super::{
    Desk, log, print_json,
    table::{Table, ago, short},
};
use crate::{
    cli::queue::{Letters, Out},
    settings_file,
};
use anyhow::bail;
use domain::{TenantId, job::Lane};
use queue::{
    DeadLetterSummary, JobId,
    dead_letters::{self, BATCH, Filter, Which},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::Path};

/// Lists dead letters, without their arguments.
pub async fn list(
    desk: &Desk,
    tenant: Option<TenantId>,
    kind: Option<&str>,
    limit: u32,
    out: Out,
) -> anyhow::Result<()> {
    let found = find(desk, tenant, kind, limit).await?;
    if out.json {
        let described = |letter: &DeadLetterSummary| -> Value {
            json!({ "id": letter.id, "tenant_id": letter.tenant, "lane": letter.lane, "kind": letter.kind,
                    "attempts": letter.attempts, "died_at": letter.died_at, "error": letter.error })
        };
        print_json(&found.iter().map(described).collect());
        return Ok(());
    }
    let (slugs, now) = (desk.slugs(found.iter().map(|letter| letter.tenant)).await?, desk.clock.now());
    let mut table = Table::new(&["JOB", "TENANT", "LANE", "KIND", "ATTEMPTS", "DIED", "ERROR"]);
    for letter in &found {
        table.row([
            letter.id.to_string(),
            slugs[&letter.tenant].clone(),
            letter.lane.clone(),
            letter.kind.clone(),
            letter.attempts.to_string(),
            ago(letter.died_at, now),
            short(&letter.error, 100),
        ]);
    }
    table.print();
    Ok(())
}

/// The newest dead letters: of one tenant, or of all who have some.
async fn find(
    desk: &Desk,
    tenant: Option<TenantId>,
    kind: Option<&str>,
    limit: u32,
) -> anyhow::Result<Vec<DeadLetterSummary>> {
    if tenant.is_none() && kind.is_none() {
        return Ok(desk.queue.newest_dead_letters(limit).await?);
    }
    let tenants = match tenant {
        Some(tenant) => vec![tenant],
        None => desk.queue.tenants_with_dead_letters().await?,
    };
    let mut found = Vec::new();
    for tenant in tenants {
        let letters = dead_letters::list(
            &mut *desk.db.begin(tenant).await?,
            tenant,
            Filter { kind, ..Filter::default() },
            None,
            limit,
        )
        .await?;
        found.extend(letters.into_iter().map(|letter| DeadLetterSummary {
            tenant,
            id: letter.id,
            lane: letter.lane,
            kind: letter.kind,
            attempts: letter.attempts,
            died_at: letter.died_at,
            error: letter.error,
        }));
    }
    found.sort_by_key(|letter| std::cmp::Reverse(letter.died_at));
    found.truncate(limit as usize);
    Ok(found)
}

/// Makes jobs of dead letters again.
pub async fn replay(desk: &Desk, typed: &Letters) -> anyhow::Result<()> {
    let count = each(desk, typed, Fate::Replay).await?;
    println!("{count} dead letters are jobs again.");
    Ok(())
}

/// Deletes dead letters.
pub async fn discard(desk: &Desk, typed: &Letters) -> anyhow::Result<()> {
    let count = each(desk, typed, Fate::Discard).await?;
    println!("{count} dead letters are gone.");
    Ok(())
}

#[derive(Clone, Copy)]
enum Fate {
    Replay,
    Discard,
}

/// Does the same to all that are meant, tenant by tenant and batch by batch.
async fn each(desk: &Desk, typed: &Letters, fate: Fate) -> anyhow::Result<usize> {
    let mut count = 0;
    if !typed.ids.is_empty() {
        for (tenant, ids) in desk.by_tenant(&typed.ids).await? {
            count += batch(desk, tenant, Which::Ids(&ids), fate).await?;
        }
        if count < typed.ids.len() {
            println!("{} of the jobs are no dead letters: left as they are.", typed.ids.len() - count);
        }
        return Ok(count);
    }
    let which = typed.kind.as_deref().map_or(Which::All, Which::Kind);
    let tenants = match desk.tenant(typed.tenant.as_deref()).await? {
        Some(tenant) => vec![tenant],
        None => desk.queue.tenants_with_dead_letters().await?,
    };
    for tenant in tenants {
        loop {
            let done = batch(desk, tenant, which, fate).await?;
            count += done;
            if done < BATCH as usize {
                break;
            }
        }
    }
    Ok(count)
}

async fn batch(desk: &Desk, tenant: TenantId, which: Which<'_>, fate: Fate) -> anyhow::Result<usize> {
    let mut change = desk.change(tenant).await?;
    let (action, count, lanes) = match fate {
        Fate::Replay => {
            let jobs = dead_letters::replay(change.conn(), tenant, which).await?;
            let lanes: BTreeSet<Lane> = jobs.iter().map(|&(_, lane)| lane).collect();
            ("dead_letters_replayed", jobs.len(), lanes)
        }
        Fate::Discard => {
            let gone = dead_letters::discard(change.conn(), tenant, which).await?;
            ("dead_letters_discarded", usize::try_from(gone)?, BTreeSet::new())
        }
    };
    if count > 0 {
        let (ids, kind) = match which {
            Which::Ids(ids) => (Some(ids), None),
            Which::Kind(kind) => (None, Some(kind)),
            Which::All => (None, None),
        };
        log(&mut change, action, json!({ "job_ids": ids, "job_kind": kind, "count": count }));
    }
    change.commit().await?;
    if !lanes.is_empty() {
        desk.queue.announce(&lanes.into_iter().collect::<Vec<_>>()).await?;
    }
    Ok(count)
}

/// Replaces the arguments of a dead letter.
pub async fn edit(desk: &Desk, id: JobId, file: &Path) -> anyhow::Result<()> {
    let Value::Object(args) = settings_file::read(file)? else { bail!("the arguments must be a JSON object") };
    for (tenant, ids) in desk.by_tenant(&[id.0]).await? {
        let mut change = desk.change(tenant).await?;
        if !dead_letters::edit(change.conn(), tenant, id, args.clone()).await? {
            bail!("the job {id} is no dead letter");
        }
        log(&mut change, "dead_letter_edited", json!({ "job_ids": ids }));
        change.commit().await?;
    }
    println!("{id} has new arguments. `signalbox queue replay {id}` tries it again.");
    Ok(())
}
