//! Companies: the one that has a domain already is the same.

use super::{Task, Work};
use crate::{
    Error,
    record::{Company, Record},
    report::{Code, Outcome},
};
use domain::{CompanyId, event::EventKind};
use serde_json::{Value, json};
use store::companies;

pub(super) async fn write(work: &mut Work<'_>, tasks: Vec<Task<'_>>) -> Result<(), Error> {
    for task in &tasks {
        let Record::Company(company) = &task.fit.record else { continue };
        let Some(last) = &task.last else {
            create(work, task, company).await?;
            continue;
        };
        let id = CompanyId(last.target_id);
        let standing = companies::one(work.batch.conn, id).await?;
        match standing.filter(|standing| Some(standing.version) == last.version) {
            Some(standing) => {
                store(work, task, company, standing, Outcome::Updated).await?;
            }
            None => work.kept(task),
        }
    }
    Ok(())
}

async fn create(work: &mut Work<'_>, task: &Task<'_>, company: &Company) -> Result<(), Error> {
    let (tenant, now) = (work.batch.tenant, work.batch.now);
    let holders = companies::of_domains(work.batch.conn, &company.domains).await?;
    if let Some((_, id)) = holders.first()
        && let Some(standing) = companies::one(work.batch.conn, *id).await?
    {
        return store(work, task, company, standing, Outcome::Joined).await;
    }
    let id = CompanyId::new();
    let attributes = Value::Object(company.custom_attributes.clone());
    let since = company.created_at.unwrap_or(now);
    companies::create(work.batch.conn, tenant, id, company.name.trim(), &attributes, since).await?;
    let notes = add_domains(work, id, company).await?;
    work.tell(EventKind::CompanyImported, None, None, json!({ "company_id": id }));
    work.wrote(task, Outcome::Created, id.0, Some(1), notes);
    Ok(())
}

/// Lays what is told over a company, or under it if it was there before.
async fn store(
    work: &mut Work<'_>,
    task: &Task<'_>,
    told: &Company,
    mut standing: companies::Company,
    outcome: Outcome,
) -> Result<(), Error> {
    let mut attributes = told.custom_attributes.clone();
    if let Value::Object(there) = &standing.custom_attributes {
        let stays = |key: &String| outcome == Outcome::Joined || !told.custom_attributes.contains_key(key);
        attributes.extend(there.iter().filter(|(key, _)| stays(key)).map(|(key, value)| (key.clone(), value.clone())));
    }
    standing.custom_attributes = Value::Object(attributes);
    if outcome == Outcome::Updated {
        told.name.trim().clone_into(&mut standing.name);
    }
    companies::update(work.batch.conn, &standing, work.batch.now).await?;
    let notes = add_domains(work, standing.id, told).await?;
    work.tell(EventKind::CompanyImported, None, None, json!({ "company_id": standing.id }));
    work.wrote(task, outcome, standing.id.0, Some(standing.version + 1), notes);
    Ok(())
}

async fn add_domains(work: &mut Work<'_>, id: CompanyId, company: &Company) -> Result<Vec<Code>, Error> {
    if company.domains.is_empty() {
        return Ok(Vec::new());
    }
    let (tenant, now) = (work.batch.tenant, work.batch.now);
    let all = companies::add_domains(work.batch.conn, tenant, id, &company.domains, now).await?;
    Ok(if all { Vec::new() } else { vec![Code::DomainOfAnother] })
}
