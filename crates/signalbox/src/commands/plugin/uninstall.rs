//! `signalbox plugin uninstall`: a version that nobody holds.

use anyhow::bail;
use store::{
    Database,
    plugins::uninstall::{self, Holder, Uninstalled},
    tenants,
};

/// Removes it, or says who holds it.
pub async fn run(db: &Database, id: &str, version: &str) -> anyhow::Result<()> {
    let mut tx = db.pool().begin().await?;
    match uninstall::uninstall(&mut tx, id, version, chrono::Utc::now()).await? {
        Uninstalled::Done => tx.commit().await?,
        Uninstalled::Unknown => bail!("the plugin `{id}` is not installed in version {version}"),
        Uninstalled::Held(holders) => {
            drop(tx);
            bail!("{id} {version} is held, and stays:\n{}", told(db, &holders).await?);
        }
    }
    println!("Uninstalled {id} {version}.");
    Ok(())
}

async fn told(db: &Database, holders: &[Holder]) -> anyhow::Result<String> {
    let mut lines = Vec::new();
    for holder in holders {
        let whose = match holder.tenant_id {
            Some(tenant) => {
                let found = tenants::current(&mut *db.begin(tenant).await?).await?;
                found.map_or_else(|| tenant.to_string(), |tenant| tenant.slug)
            }
            None => "all tenants".to_owned(),
        };
        let what = match holder.kind.as_str() {
            "rollback" => "a connection that would go back to it,",
            kind => kind,
        };
        lines.push(format!("  {whose}: {what} {} ({})", holder.id, holder.name));
    }
    Ok(lines.join("\n"))
}
