//! A private PostgreSQL cluster on a unix socket, made with the server binaries of the machine,
//! so that a newcomer needs no database of their own.
//!
//! [`Cluster::start`] finds the binaries, makes the cluster when there is none, clears away what
//! a crash left behind, starts the server and keeps it running until [`Cluster::stop`]. The
//! server listens on no network address; its socket lies in a directory that only its own
//! account can enter, which is why nobody has to prove who they are on it.
//!
//! What lies in the directory given to [`Options::new`]:
//!
//! | name | what |
//! |---|---|
//! | `lock` | held while a process owns the directory; contains its process id |
//! | `pgdata` | the cluster |
//! | `socket` | the directory of the socket (a short one below `/tmp` when this path is too long) |
//! | `server.log` | what the server says |
//! | `location` | started as root below a closed directory: where the above lie instead |

mod account;
mod app_role;
mod binaries;
mod cluster;
mod database;
mod error;
mod home;
mod initdb;
mod leftovers;
mod lock;
mod options;
mod server;
mod shutdown;
mod socket;
mod supervisor;

pub use app_role::{APP_ROLE, app_options, app_password, owner_password};
pub use cluster::Cluster;
pub use error::ClusterError;
pub use options::Options;
pub use supervisor::ServerState;
