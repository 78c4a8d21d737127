//! Many calls that wait for their provider at the same time, in one process.

use super::parsing;
use crate::{machine, stats::count};
use anyhow::{Context as _, ensure};
use egress::{Egress, Mapping};
use plugin_host::{CallContext, CallSecrets, Config, PluginHost};
use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};

/// Calls at once.
pub const CALLS: usize = 1_000;
/// How long the provider takes to answer.
const ANSWER: Duration = Duration::from_secs(2);
/// What the WhatsApp plugin's connection test asks for.
const HOST: &str = "graph.facebook.com";

/// What one round gave.
pub struct Round {
    /// From the first call's begin to the last one's end, less the provider's time, divided by the calls; in
    /// milliseconds.
    pub added_ms: f64,
    /// Resident memory while all wait, less that before; in MiB.
    pub memory_mib: f64,
}

/// Makes the calls: connection tests, each in an instance of its own with a request under way.
pub async fn round(file: &[u8], cache: &Path) -> anyhow::Result<Round> {
    let provider = slow_provider()?;
    let egress =
        egress::Config { sandbox: vec![Mapping { host: HOST.to_owned(), to: provider }], ..egress::Config::default() };
    let config = Config { max_concurrent_calls: CALLS.try_into()?, ..Config::new(cache, Egress::new(egress)?) };
    let plugin = PluginHost::new(config)?.load(file)?;
    // Whatever the first call makes once and for all.
    plugin.parse(&parsing::context(), parsing::request()).await?;
    machine::until_quiet().await?;

    let before = machine::resident_mib(std::process::id())?;
    let begin = Instant::now();
    let calls: Vec<_> = (0..CALLS)
        .map(|_| {
            let plugin = plugin.clone();
            tokio::spawn(async move { plugin.check(&context()).await })
        })
        .collect();
    tokio::time::sleep(ANSWER * 3 / 4).await;
    let waiting = machine::resident_mib(std::process::id())?;
    for call in calls {
        let report = call.await.context("a task that calls the plugin")??;
        ensure!(report.ok, "a connection test failed");
    }
    let added = begin.elapsed().saturating_sub(ANSWER);
    Ok(Round { added_ms: added.as_secs_f64() * 1e3 / count(CALLS), memory_mib: waiting - before })
}

fn context() -> CallContext {
    let secrets = BTreeMap::from([("access_token".to_owned(), "EAAG-benchmark".to_owned().into())]);
    CallContext { secrets: CallSecrets::new(secrets), ..parsing::context() }
}

/// Answers every request after a while.
fn slow_provider() -> anyhow::Result<SocketAddr> {
    // A provider has room for all who come at once; with the 128 places that a listener has by itself, the others would
    // try again after a second, which says nothing about calls.
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    let listener = socket.listen(CALLS.try_into()?)?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A caller that goes away is its own business.
            tokio::spawn(async move { answer(stream).await.ok() });
        }
    });
    Ok(address)
}

async fn answer(mut stream: TcpStream) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    tokio::time::sleep(ANSWER).await;
    let body = r#"{"id":"106540352242922","verified_name":"Lamps","quality_rating":"GREEN"}"#;
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await
}
