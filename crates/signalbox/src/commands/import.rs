//! `signalbox import`: what another system knew, brought into a tenant.

use super::queue::table::Table;
use crate::{
    cli::import::{Convert, File},
    clock::DatabaseClock,
    database, logging, operator,
};
use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use config::Config;
use domain::{Clock, TenantId, UserId};
use import::{Importer, Options, Report};
use serde_json::{Value, json};
use std::{
    fs,
    io::{self, BufRead, BufReader, BufWriter, Write as _},
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::Arc,
};
use store::{
    Database,
    audit::{self, Entry},
};
use uuid::Uuid;

/// Imports a file, and fails if one of its lines was refused.
pub async fn run(config: &Config, args: File) -> anyhow::Result<()> {
    logging::start(&config.log, logging::Default::Quiet)?;
    let mut input = open(&args.path)?;
    // Made first: it would be a pity if it could not be afterwards.
    let report_file = args.report.as_deref().map(create).transpose()?;
    let db = database::open(config, database::app(config)?).await?;
    let clock: Arc<dyn Clock> = DatabaseClock::start(db.pool().clone()).await?;
    let tenant = operator::tenant(&db, &args.tenant).await?.id;
    let options = Options { dry_run: args.dry_run, connections: args.connections, ..Options::from(args.source) };
    let log = Log { db: &db, tenant, clock: clock.as_ref(), silent: options.dry_run };
    log.append("import.started", json!({ "source": options.source })).await?;
    let report = Importer::new(db.clone(), Arc::clone(&clock), tenant).run(&mut *input, &options).await?;
    log.append("import.finished", json!({ "source": options.source, "import": report.import, "lines": report.lines }))
        .await?;
    if let Some(mut file) = report_file {
        serde_json::to_writer_pretty(&mut file, &report)?;
        file.flush()?;
    }
    print(&report);
    match report.refusals() {
        0 => Ok(()),
        refused => bail!("{refused} of {} lines were refused", report.lines),
    }
}

/// Converts what another system exports.
pub fn convert(from: Convert) -> anyhow::Result<()> {
    let Convert::Chatwoot { paths, out } = from;
    let mut out: Box<dyn io::Write> = match out {
        Some(path) => Box::new(create(&path)?),
        None => Box::new(BufWriter::new(io::stdout().lock())),
    };
    let converted = import::chatwoot::convert(&paths, &mut *out)?;
    out.flush()?;
    for (kind, lines) in &converted.lines {
        eprintln!("{kind:<14}{lines}");
    }
    for (count, what) in [
        (converted.left_out, "objects are none that can be converted"),
        (converted.without_messages, "conversations have no page of messages"),
        (converted.without_conversation, "messages are of conversations that no page has"),
    ] {
        if count > 0 {
            eprintln!("{count} {what}");
        }
    }
    Ok(())
}

/// The audit log, in which whoever operates the installation acts as the tenant's first admin, as in every command.
struct Log<'a> {
    db: &'a Database,
    tenant: TenantId,
    clock: &'a dyn Clock,
    silent: bool,
}

impl Log<'_> {
    async fn append(&self, action: &str, after: Value) -> anyhow::Result<()> {
        if self.silent {
            return Ok(());
        }
        let mut tx = self.db.begin(self.tenant).await?;
        let admin = operator::admin(&mut tx).await?;
        audit::append(&mut tx, &entry(action, admin, after, self.clock.now())).await?;
        Ok(tx.commit().await?)
    }
}

fn entry(action: &str, user_id: UserId, after: Value, occurred_at: DateTime<Utc>) -> Entry {
    let id = Uuid::now_v7();
    Entry {
        id,
        occurred_at,
        user_id,
        api_key_id: None,
        action: action.to_owned(),
        target_kind: "import".to_owned(),
        target_id: after.get("import").and_then(Value::as_str).map(str::to_owned),
        before: None,
        after: Some(after),
        address: Ipv4Addr::LOCALHOST.to_string(),
        request_id: id.to_string(),
    }
}

fn open(path: &Path) -> anyhow::Result<Box<dyn BufRead>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = fs::File::open(path).with_context(|| path.display().to_string())?;
    Ok(Box::new(BufReader::new(file)))
}

fn create(path: impl Into<PathBuf>) -> anyhow::Result<BufWriter<fs::File>> {
    let path = path.into();
    Ok(BufWriter::new(fs::File::create(&path).with_context(|| path.display().to_string())?))
}

fn print(report: &Report) {
    if report.dry_run {
        println!("Nothing was written: this is what would become of the lines.");
    } else if let Some(lines) = report.resumed_after {
        println!("Went on with an import that was interrupted after {lines} lines.");
    }
    let mut table = Table::new(&["TYPE", "OUTCOME", "LINES"]);
    for (kind, outcomes) in &report.types {
        for (outcome, lines) in outcomes {
            table.row([kind.clone(), word(outcome), lines.to_string()]);
        }
    }
    table.print();
    if report.codes.is_empty() {
        return;
    }
    println!();
    let mut table = Table::new(&["TO BE SAID", "LINES", "FIRST"]);
    for (code, lines) in &report.codes {
        let first = report.refused.iter().chain(&report.noted).find(|finding| finding.code == *code);
        let first = first.map(|finding| format!("line {}", finding.line)).unwrap_or_default();
        table.row([word(code), lines.to_string(), first]);
    }
    table.print();
}

/// A word of the report, as it is written there.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
