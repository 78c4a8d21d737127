//! Companies: whom contacts work for.

pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod update;

use crate::problem::{Code, FieldProblem, Problem};
use chrono::{DateTime, Utc};
use domain::{CompanyId, handle};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use store::companies::{self, Company};

/// The most domains that a company has.
const MOST_DOMAINS: usize = 50;

/// A company.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Company)]
pub struct ShownCompany {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: CompanyId,
    /// What it is called.
    name: String,
    /// The domains of its people's e-mail addresses, in alphabetical order.
    domains: Vec<String>,
    /// What the tenant notes about it.
    #[schema(value_type = Object)]
    custom_attributes: Value,
    /// How many contacts it has.
    contact_count: i64,
    /// Since when it is known.
    created_at: DateTime<Utc>,
    /// The last change.
    updated_at: DateTime<Utc>,
}

impl From<Company> for ShownCompany {
    fn from(company: Company) -> Self {
        Self {
            id: company.id,
            name: company.name,
            domains: company.domains,
            custom_attributes: company.custom_attributes,
            contact_count: company.contact_count,
            created_at: company.created_at,
            updated_at: company.updated_at,
        }
    }
}

/// A company of the tenant.
async fn required(conn: &mut PgConnection, id: CompanyId) -> Result<Company, Problem> {
    companies::one(conn, id).await?.ok_or_else(|| Code::NotFound.into())
}

/// Domains as they are kept, each once and in alphabetical order. Those of free mail are nobody's.
fn checked_domains(domains: &[String]) -> Result<Vec<String>, Problem> {
    if domains.len() > MOST_DOMAINS {
        return Err(Problem::field("/domains", "too_many", format!("must be {MOST_DOMAINS} at most")));
    }
    let (mut kept, mut problems) = (Vec::with_capacity(domains.len()), Vec::new());
    for (index, written) in domains.iter().enumerate() {
        let pointer = format!("/domains/{index}");
        match handle::domain(written) {
            Some(domain) if handle::is_free_mail(&domain) => {
                problems.push(FieldProblem::new(pointer, "free_mail", "anybody can have an address there"));
            }
            Some(domain) => kept.push(domain),
            None => problems.push(FieldProblem::new(pointer, "domain", "must be a domain, such as acme.example")),
        }
    }
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    kept.sort();
    kept.dedup();
    Ok(kept)
}

/// Refuses domains that another company has.
async fn must_be_free(conn: &mut PgConnection, domains: &[String], except: Option<CompanyId>) -> Result<(), Problem> {
    let taken = companies::of_domains(conn, domains).await?;
    match taken.into_iter().find(|(_, company)| Some(*company) != except) {
        Some((domain, company)) => Err(domain_taken().with("domain", domain).with("company_id", company.to_string())),
        None => Ok(()),
    }
}

fn domain_taken() -> Problem {
    Problem::new(Code::DomainTaken)
}

/// What a domain becomes that another request has taken at the same moment.
fn or_taken(error: store::Error) -> Problem {
    if error.is_unique_violation_of("company_domains_pkey") { domain_taken() } else { error.into() }
}
