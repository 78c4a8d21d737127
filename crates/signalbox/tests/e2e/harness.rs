//! What the stories stand on: the product as real processes, a provider, a balancer, a database of its own each time.

mod balancer;
mod deployment;
mod process;
mod rest;
mod shop;
mod simulator;
mod wait;

pub use deployment::{Deployment, Plan};
pub use process::Process;
pub use rest::{Answer, Rest};
pub use shop::{Number, Shop, Tenant};
pub use simulator::{Delivery, Simulator};
pub use wait::{eventually, within};

/// Runs a story against one process that does everything, and against several that share a database.
macro_rules! in_every_deployment {
    ($($(#[$attribute:meta])* $story:ident)*) => {
        $(mod $story {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn in_one_process() {
                super::$story($crate::harness::Deployment::up().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn in_four_processes() {
                super::$story($crate::harness::Deployment::split().await).await;
            }
        })*
    };
}
pub(crate) use in_every_deployment;
