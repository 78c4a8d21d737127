//! Deliveries, loaded together: those that jobs ask for within a few milliseconds are one statement.

use crate::gather::Gatherer;
use domain::{DeliveryId, TenantId};
use futures::future::join_all;
use std::time::Duration;
use store::{
    Database, Error,
    deliveries::{self, Delivery},
};

/// The shortest time between two statements: a customer waits for what comes of a delivery.
const ROUND: Duration = Duration::from_millis(2);
/// No statement loads more; a body may have three megabytes.
const MOST: usize = 32;

/// Loads deliveries for handlers that run at the same time.
pub struct Deliveries(Gatherer<(TenantId, DeliveryId), Result<Option<Delivery>, Error>>);

impl Deliveries {
    /// Loads from `db`.
    pub fn new(db: Database) -> Self {
        Self(Gatherer::new(ROUND, MOST, move |wanted| load(db.clone(), wanted)))
    }

    /// One delivery. `None`: it was deleted, or its connection was.
    pub async fn load(&self, tenant: TenantId, id: DeliveryId) -> Result<Option<Delivery>, Error> {
        self.0.ask((tenant, id)).await
    }
}

async fn load(db: Database, wanted: Vec<(TenantId, DeliveryId)>) -> Vec<Result<Option<Delivery>, Error>> {
    match deliveries::load(db.pool(), &wanted).await {
        Ok(found) => found.into_iter().map(Ok).collect(),
        Err(error) => {
            tracing::debug!(%error, deliveries = wanted.len(), "no deliveries could be loaded; trying them one by one");
            // At the same time: with the database away, each would wait for a connection as long as all of them.
            let alone = async |one| deliveries::load(db.pool(), &[one]).await.map(|mut found| found.pop().flatten());
            join_all(wanted.into_iter().map(alone)).await
        }
    }
}
