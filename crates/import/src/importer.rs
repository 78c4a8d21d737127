//! Reads a file and has it stored, batch by batch.

use crate::{
    Error,
    batch::{Decision, Done, Entry, Known, Seen},
    check::Refusal,
    directory::Directory,
    lines::Lines,
    record::Kind,
    report::{Code, Finding, Outcome, Report, Tally},
    write::{self, Batch},
};
use domain::{Clock, ImportId, TenantId};
use std::{io::BufRead, sync::Arc};
use store::Database;

/// How often a batch is tried that other transactions stand in the way of.
const ATTEMPTS: u32 = 5;

/// What and how to import.
#[derive(Clone, Debug)]
pub struct Options {
    /// The system that it comes from: 1 to 50 characters. Ids are that system's.
    pub source: String,
    /// Only check, and write nothing.
    pub dry_run: bool,
    /// Names that the file has for connections, and the names or ids of the connections that they mean.
    pub connections: Vec<(String, String)>,
    /// How many lines are one transaction.
    pub batch: usize,
}

impl Options {
    /// Everything from this system, in batches of 500 lines.
    pub fn from(source: impl Into<String>) -> Self {
        Self { source: source.into(), dry_run: false, connections: Vec::new(), batch: 500 }
    }
}

/// Imports into one tenant.
pub struct Importer {
    db: Database,
    clock: Arc<dyn Clock>,
    tenant: TenantId,
}

impl Importer {
    /// Imports are written to `db`, and their times are those of `clock`.
    pub fn new(db: Database, clock: Arc<dyn Clock>, tenant: TenantId) -> Self {
        Self { db, clock, tenant }
    }

    /// Imports a file, and says what became of each line. What was imported before stays as it is, so that an import
    /// that ended anywhere is gone on with by importing the same file again.
    pub async fn run(&self, input: &mut dyn BufRead, options: &Options) -> Result<Report, Error> {
        let mut run = Run::begin(self, options).await?;
        let mut lines = Lines::new(input);
        loop {
            let batch = lines.batch(options.batch)?;
            if batch.is_empty() {
                break;
            }
            let entries: Vec<_> = batch.iter().map(|line| Entry::read(line, &run.directory)).collect();
            run.take(&entries).await?;
        }
        run.finish(lines.read()).await
    }
}

/// An import under way.
struct Run<'a> {
    importer: &'a Importer,
    options: &'a Options,
    directory: Directory,
    /// None where nothing is written.
    import: Option<ImportId>,
    resumed_after: Option<u64>,
    seen: Seen,
    tally: Tally,
    refused: Vec<Finding>,
    noted: Vec<Finding>,
}

impl<'a> Run<'a> {
    async fn begin(importer: &'a Importer, options: &'a Options) -> Result<Self, Error> {
        let mut tx = importer.db.begin(importer.tenant).await?;
        let directory = Directory::read(&mut tx, &options.connections).await?;
        let (mut import, mut interrupted) = (None, None);
        if !options.dry_run {
            let (id, now) = (ImportId::new(), importer.clock.now());
            interrupted = store::imports::begin(&mut tx, importer.tenant, id, &options.source, now).await?;
            import = Some(id);
        }
        tx.commit().await?;
        Ok(Self {
            importer,
            options,
            directory,
            import,
            resumed_after: interrupted.and_then(|lines| u64::try_from(lines).ok()),
            seen: Seen::default(),
            tally: Tally::default(),
            refused: Vec::new(),
            noted: Vec::new(),
        })
    }

    /// Stores lines. If the database takes issue with one, they are halved until it is found, and the rest is stored.
    async fn take(&mut self, entries: &[Entry]) -> Result<(), Error> {
        let mut waiting = vec![entries];
        while let Some(entries) = waiting.pop() {
            match self.attempts(entries).await {
                Ok(done) => self.note(&done),
                Err(error) if is_about_data(&error) && entries.len() > 1 => {
                    let (first, second) = entries.split_at(entries.len() / 2);
                    waiting.extend([second, first]);
                }
                Err(error) if is_about_data(&error) => {
                    tracing::warn!(line = entries[0].line, code = Code::NotStorable.name(), "a line is left out");
                    let refused = entries.iter().map(|entry| Done::refused(entry, Code::NotStorable.into()));
                    let refused: Vec<_> = refused.collect();
                    self.commit_nothing(&refused).await?;
                    self.note(&refused);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Tries a batch until no other transaction stands in its way. A second try also sees what a webhook has stored
    /// since the first looked.
    async fn attempts(&self, entries: &[Entry]) -> Result<Vec<Done>, Error> {
        let mut attempt = 1;
        loop {
            match self.attempt(entries).await {
                Err(error) if is_in_the_way(&error) && attempt < ATTEMPTS => attempt += 1,
                Err(error) if is_about_data(&error) && attempt == 1 => attempt += 1,
                done => return done,
            }
        }
    }

    async fn attempt(&self, entries: &[Entry]) -> Result<Vec<Done>, Error> {
        let Importer { db, clock, tenant } = self.importer;
        let mut tx = db.begin(*tenant).await?;
        let mut known = Known::load(&mut tx, &self.options.source, entries).await?;
        let decisions: Vec<_> = entries.iter().map(|entry| (entry, known.decide(entry, &self.seen))).collect();
        let Some(import) = self.import else { return Ok(decisions.into_iter().map(foreseen).collect()) };
        let batch = Batch {
            conn: &mut tx,
            tenant: *tenant,
            source: &self.options.source,
            import,
            directory: &self.directory,
            now: clock.now(),
        };
        let done = write::all(batch, known, decisions).await?;
        self.advance(&mut tx, &done).await?;
        tx.commit().await?;
        Ok(done)
    }

    /// Notes how far it has come with these lines, in their transaction.
    async fn advance(&self, tx: &mut store::TenantTx, done: &[Done]) -> Result<(), Error> {
        let Some(import) = self.import else { return Ok(()) };
        let mut tally = self.tally.clone();
        count(&mut tally, done, &mut Vec::new(), &mut Vec::new());
        let lines = done.iter().map(|done| done.line).max().unwrap_or_default();
        self.advance_to(tx, import, lines, &tally, false).await
    }

    async fn advance_to(
        &self,
        tx: &mut store::TenantTx,
        import: ImportId,
        lines: u64,
        tally: &Tally,
        finished: bool,
    ) -> Result<(), Error> {
        let (tenant, now) = (self.importer.tenant, self.importer.clock.now());
        let lines = i64::try_from(lines).unwrap_or(i64::MAX);
        let counts = serde_json::json!({ "types": tally.types, "codes": tally.codes });
        if store::imports::advance(tx, tenant, import, lines, &counts, finished, now).await? {
            Ok(())
        } else {
            Err(Error::Overtaken(self.options.source.clone()))
        }
    }

    async fn commit_nothing(&self, done: &[Done]) -> Result<(), Error> {
        let mut tx = self.importer.db.begin(self.importer.tenant).await?;
        self.advance(&mut tx, done).await?;
        Ok(tx.commit().await?)
    }

    /// Takes into account what has been committed.
    fn note(&mut self, done: &[Done]) {
        let here = done.iter().filter(|done| done.outcome != Outcome::Refused);
        for key in here.filter_map(|done| done.kind.zip(done.id.clone())) {
            self.seen.insert(&key);
        }
        count(&mut self.tally, done, &mut self.refused, &mut self.noted);
    }

    async fn finish(self, lines: u64) -> Result<Report, Error> {
        if let Some(import) = self.import {
            let mut tx = self.importer.db.begin(self.importer.tenant).await?;
            self.advance_to(&mut tx, import, lines, &self.tally, true).await?;
            tx.commit().await?;
        }
        Ok(Report {
            import: self.import,
            source: self.options.source.clone(),
            dry_run: self.options.dry_run,
            resumed_after: self.resumed_after,
            lines,
            types: self.tally.types,
            codes: self.tally.codes,
            refused: self.refused,
            noted: self.noted,
        })
    }
}

/// What would become of a line.
fn foreseen((entry, decision): (&Entry, Decision<'_>)) -> Done {
    match decision {
        Decision::Create(_) => Done::new(entry, Outcome::Created),
        Decision::Change(..) if matches!(entry.kind, Some(Kind::Message | Kind::Note)) => {
            Done::new(entry, Outcome::Kept)
        }
        Decision::Change(..) => Done::new(entry, Outcome::Updated),
        Decision::Same(_) => Done::new(entry, Outcome::Unchanged),
        Decision::Refuse(refusal) => Done::refused(entry, refusal),
    }
}

fn count(tally: &mut Tally, done: &[Done], refused: &mut Vec<Finding>, noted: &mut Vec<Finding>) {
    for done in done {
        tally.add(done.kind, done.outcome);
        if let Some(Refusal { code, place }) = &done.refusal
            && tally.find(*code, true)
        {
            refused.push(done.finding(*code, place.clone()));
        }
        for code in &done.notes {
            if tally.find(*code, false) {
                noted.push(done.finding(*code, None));
            }
        }
    }
}

/// Whether the database takes issue with what is to be stored: a constraint, or a value (SQLSTATE class 22).
fn is_about_data(error: &Error) -> bool {
    match error {
        Error::Store(store::Error::Constraint(_)) => true,
        error => state_of(error).is_some_and(|state| state.starts_with("22")),
    }
}

/// Whether another transaction came between: a deadlock, or a lock that could not be had.
fn is_in_the_way(error: &Error) -> bool {
    state_of(error).is_some_and(|state| ["40P01", "40001", "55P03"].contains(&state.as_str()))
}

fn state_of(error: &Error) -> Option<String> {
    let Error::Store(store::Error::Sql(error)) = error else { return None };
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).map(Into::into)
}
