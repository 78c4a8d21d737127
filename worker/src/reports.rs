//! Reports about messages, applied together: those of a few milliseconds are one statement per tenant.

use crate::gather::Gatherer;
use domain::TenantId;
use futures::future::join_all;
use inbox::{Error, Inbox, Report, Reported};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// The shortest time between two statements. Nobody waits for a report as one waits for a message.
const ROUND: Duration = Duration::from_millis(30);
/// No statement takes more.
const MOST: usize = 200;

/// Takes reports from handlers that run at the same time.
pub struct Reports(Gatherer<(TenantId, Report), Result<Reported, Error>>);

impl Reports {
    /// Applies reports through `inbox`.
    pub fn new(inbox: Inbox) -> Self {
        let inbox = Arc::new(inbox);
        Self(Gatherer::new(ROUND, MOST, move |reports| apply(Arc::clone(&inbox), reports)))
    }

    /// Applies a report, and returns when that is durable.
    pub async fn apply(&self, tenant: TenantId, report: Report) -> Result<Reported, Error> {
        self.0.ask((tenant, report)).await
    }
}

async fn apply(inbox: Arc<Inbox>, reports: Vec<(TenantId, Report)>) -> Vec<Result<Reported, Error>> {
    let mut by_tenant: BTreeMap<TenantId, (Vec<usize>, Vec<Report>)> = BTreeMap::new();
    let mut answers: Vec<_> = reports.iter().map(|_| None).collect();
    for (place, (tenant, report)) in reports.into_iter().enumerate() {
        let (places, reports) = by_tenant.entry(tenant).or_default();
        places.push(place);
        reports.push(report);
    }
    let of_tenants = by_tenant.into_iter().map(async |(tenant, (places, reports))| {
        let answers = of_tenant(&inbox, tenant, reports).await;
        places.into_iter().zip(answers).collect::<Vec<_>>()
    });
    for (place, answer) in join_all(of_tenants).await.into_iter().flatten() {
        answers[place] = Some(answer);
    }
    answers.into_iter().map(|answer| answer.expect("every report belongs to a tenant")).collect()
}

async fn of_tenant(inbox: &Inbox, tenant: TenantId, reports: Vec<Report>) -> Vec<Result<Reported, Error>> {
    let mut answers: Vec<_> = reports.iter().map(|_| None).collect();
    let mut left: Vec<(usize, Report)> = reports.into_iter().enumerate().collect();
    // Each round leaves those about a message that the round was about already.
    while !left.is_empty() {
        let (places, batch): (Vec<usize>, Vec<Report>) = left.into_iter().unzip();
        left = Vec::new();
        match inbox.report(tenant, &batch).await {
            Ok(reported) => {
                for ((place, report), reported) in places.into_iter().zip(batch).zip(reported) {
                    match reported {
                        Some(reported) => answers[place] = Some(Ok(reported)),
                        None => left.push((place, report)),
                    }
                }
            }
            Err(error) if batch.len() == 1 => answers[places[0]] = Some(Err(error)),
            // One bad report must not hold up the others.
            Err(error) => {
                tracing::debug!(%error, reports = batch.len(), "reports were refused together; trying them one by one");
                // At the same time: with the database away, each would wait for a connection as long as all of them.
                let alone = async |report: &Report| inbox.report(tenant, std::slice::from_ref(report)).await;
                for (place, alone) in places.into_iter().zip(join_all(batch.iter().map(alone)).await) {
                    answers[place] = Some(alone.map(|reported| reported[0].expect("it is the only one")));
                }
            }
        }
    }
    answers.into_iter().map(|answer| answer.expect("every round answers at least one")).collect()
}
