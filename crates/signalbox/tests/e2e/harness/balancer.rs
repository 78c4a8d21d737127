//! One address in front of several API processes, as an operator has it: the provider posts to it, people log in at it.
//!
//! Each connection goes to the next process that accepts one; a process that is down is passed over.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A running balancer; it ends when it is dropped.
pub struct Balancer {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Balancer {
    /// Starts in front of these.
    pub async fn start(backends: Vec<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (backends, turn) = (Arc::new(backends), Arc::new(AtomicUsize::new(0)));
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let first = turn.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(pass_on(client, Arc::clone(&backends), first));
            }
        });
        Self { address, accepting }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn pass_on(mut client: TcpStream, backends: Arc<Vec<SocketAddr>>, first: usize) {
    for place in 0..backends.len() {
        let backend = backends[(first + place) % backends.len()];
        if let Ok(mut server) = TcpStream::connect(backend).await {
            for stream in [&client, &server] {
                stream.set_nodelay(true).unwrap();
            }
            // A process that is killed breaks the connection off, as it would without a balancer.
            let _ = copy_bidirectional(&mut client, &mut server).await;
            return;
        }
    }
}
