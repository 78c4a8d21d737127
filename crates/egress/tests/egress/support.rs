//! Servers on loopback and an egress that reaches them through sandbox mappings.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::Method;
use signalbox_egress::{Config, Egress, Mapping, Policy, Request, Resolver, Rule};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const HOST: &str = "api.provider.example";

/// An egress for which each of `hosts` is answered on the address beside it.
pub fn egress(hosts: &[(&str, SocketAddr)]) -> Egress {
    let sandbox = hosts.iter().map(|(host, to)| Mapping { host: (*host).to_owned(), to: *to }).collect();
    Egress::new(Config { sandbox, timeout: Duration::from_secs(10), ..Config::default() }).unwrap()
}

/// GET and POST on each of `hosts`.
pub fn policy(hosts: &[&str]) -> Policy {
    Policy::new(hosts.iter().map(|host| Rule::new(host, [Method::GET, Method::POST]).unwrap()))
}

pub fn get(path: &str) -> Request {
    Request::new(Method::GET, format!("https://{HOST}{path}"))
}

pub fn post(path: &str, body: &'static str) -> Request {
    Request { body: body.into(), ..Request::new(Method::POST, format!("https://{HOST}{path}")) }
}

pub async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// A server that treats each connection as `behave` says; counts connections.
pub async fn raw<F, R>(behave: F) -> (SocketAddr, Arc<AtomicUsize>)
where
    F: Fn(TcpStream) -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(behave(stream));
        }
    });
    (address, connections)
}

/// Reads a request head and answers it with `answer`, then closes.
pub async fn answer_with(mut stream: TcpStream, answer: impl AsRef<[u8]>) {
    read_head(&mut stream).await;
    stream.write_all(answer.as_ref()).await.unwrap();
}

/// Reads up to the empty line that ends a request head.
pub async fn read_head(stream: &mut TcpStream) -> Vec<u8> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    head
}

/// An address where nobody listens.
pub async fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

/// Answers with what it was given for each lookup in turn, the last for ever; `None` never
/// answers.
pub struct Names {
    answers: Vec<Option<Vec<IpAddr>>>,
    pub lookups: AtomicUsize,
}

impl Names {
    pub fn new(answers: &[Option<&[&str]>]) -> Arc<Self> {
        let answers =
            answers.iter().map(|answer| answer.map(|it| it.iter().map(|ip| ip.parse().unwrap()).collect())).collect();
        Arc::new(Self { answers, lookups: AtomicUsize::new(0) })
    }
}

impl Resolver for Names {
    fn resolve<'a>(&'a self, _: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        let lookup = self.lookups.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers[lookup.min(self.answers.len() - 1)].clone();
        async move {
            match answer {
                Some(addresses) => Ok(addresses),
                None => std::future::pending().await,
            }
        }
        .boxed()
    }
}
