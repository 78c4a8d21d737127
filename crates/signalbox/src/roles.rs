//! The two long-running roles, alone or together: serving HTTP, and running jobs.

use crate::{process::Process, stop::Stop};
use anyhow::Context as _;
use api::{AccessKey, Api, Check, Parts, Readiness};
use axum::{Router, serve::ListenerExt as _};
use config::MailTls;
use domain::job::Lane;
use egress::Egress;
use metrics_exporter_prometheus::PrometheusHandle;
use plugin_host::PluginHost;
use queue::{Settings, Workers};
use std::{
    collections::BTreeMap,
    future::Future,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::net::{TcpListener, TcpSocket};
use worker::{
    Environment,
    mail::{Encryption, Mailer, Server},
    maintenance::Retention,
    plugins::Plugins,
};

/// As many connections wait to be taken, as far as the system lets them. With fewer, a burst of webhooks would meet
/// refused or repeated handshakes, which take a second.
const BACKLOG: u32 = 4096;

/// Listens, and serves until it is time to stop; requests that have begun are answered.
///
/// Returns the address at once, which matters where the port was left open, and the serving as a future.
pub async fn serve(
    process: &Process,
    egress: Egress,
    metrics: PrometheusHandle,
    readiness: Arc<dyn Readiness>,
    stop: Stop,
) -> anyhow::Result<(SocketAddr, impl Future<Output = anyhow::Result<()>> + Send + use<>)> {
    let bind = process.config.http.bind;
    let listener = listen(bind).with_context(|| format!("cannot listen on {bind} (http.bind)"))?;
    let address = listener.local_addr()?;
    let now = process.clock.now();
    let access_key = AccessKey::load_or_create(process.database.pool(), &process.keyring, now).await?;
    let api = Api::new(Parts {
        database: process.database.clone(),
        queue: process.queue.clone(),
        keyring: Arc::clone(&process.keyring),
        egress,
        clock: Arc::clone(&process.clock),
        http: process.config.http.clone(),
        auth: process.config.auth.clone(),
        rate_limit: process.config.rate_limit.clone(),
        sends_mail: process.config.mail.host.is_some(),
        base_url: process.config.base_url(),
        access_key,
        metrics: Some(metrics),
        installers: process.config.plugins.install,
        readiness,
    });
    api.start_realtime();
    let service = api::router(api.clone(), pages()).into_make_service_with_connect_info::<SocketAddr>();
    let closing = api.clone();
    // Small messages leave at once, also when the one before is not acknowledged yet.
    let listener = listener.tap_io(|client| drop(client.set_nodelay(true)));
    let serving = async move {
        axum::serve(listener, service)
            .with_graceful_shutdown(async move {
                stop.asked().await;
                closing.close_realtime();
            })
            .await
            .context("the HTTP server ended")?;
        api.realtime_closed().await;
        Ok(())
    };
    Ok((address, serving))
}

/// The pages for people, where this binary has them.
fn pages() -> Router {
    #[cfg(feature = "console")]
    return console::pages();
    #[cfg(not(feature = "console"))]
    Router::new()
}

fn listen(bind: SocketAddr) -> io::Result<TcpListener> {
    let socket = if bind.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A port whose last owner has just ended can be had again.
    socket.set_reuseaddr(true)?;
    socket.bind(bind)?;
    socket.listen(BACKLOG)
}

/// The environment that jobs work in.
pub fn environment(process: &Process, host: Arc<PluginHost>, egress: Egress) -> anyhow::Result<Environment> {
    Ok(Environment::new(worker::Parts {
        db: process.database.for_workers(process.config.database.max_connections),
        queue: process.queue.clone(),
        plugins: Plugins::new(&process.database, host),
        keyring: Arc::clone(&process.keyring),
        egress,
        clock: Arc::clone(&process.clock),
        public_url: process.config.public_url.as_ref().map(|url| url.as_str().to_owned()),
        mailer: mailer(&process.config)?,
    }))
}

/// What sends e-mails, if the settings say how.
fn mailer(config: &config::Config) -> anyhow::Result<Option<Mailer>> {
    let mail = &config.mail;
    let (Some(host), Some(from)) = (&mail.host, &mail.from) else { return Ok(None) };
    let server = Server {
        host: host.as_str().to_owned(),
        port: u16::try_from(mail.port).context("mail.port")?,
        encryption: match mail.tls {
            MailTls::Tls => Encryption::Tls,
            MailTls::Starttls => Encryption::Starttls,
            MailTls::None => Encryption::None,
        },
        credentials: mail.username.clone().zip(mail.password.as_ref().map(|password| password.expose().clone())),
        from: from.as_str().to_owned(),
        base_url: config.base_url(),
    };
    Ok(Some(Mailer::new(server)?))
}

/// Runs jobs until it is time to stop, then drains. Says in `ready` when the plugins are loaded.
pub async fn work(
    process: &Process,
    env: Environment,
    only: &[Lane],
    ready: Arc<WorkersReady>,
    stop: Stop,
) -> anyhow::Result<()> {
    let settings = Settings { lanes: lanes(&process.config.worker.lanes, only), ..Settings::default() };
    let kept = &process.config.retention;
    let retention = Retention {
        deliveries: chrono::Duration::days(kept.deliveries_days.into()),
        plugin_calls: chrono::Duration::days(kept.plugin_calls_days.into()),
    };
    let records = env.records.clone();
    let upkeep = tokio::spawn(worker::maintenance::run(env.clone(), retention));
    env.plugins.warm_up().await.context("the plugins cannot be loaded")?;
    ready.0.store(true, Ordering::Release);
    let handlers = worker::jobs::handlers(Arc::new(env));
    let outcome = Workers::new(process.queue.clone(), handlers, settings).run(async move { stop.asked().await }).await;
    upkeep.abort();
    records.flush().await;
    outcome.context("the workers ended")
}

/// The concurrency of each lane, of `only` these lanes if any are named.
fn lanes(configured: &config::Lanes, only: &[Lane]) -> BTreeMap<Lane, usize> {
    let of = |lane| match lane {
        Lane::Live => configured.live,
        Lane::Automation => configured.automation,
        Lane::Notify => configured.notify,
        Lane::Timers => configured.timers,
        Lane::Bulk => configured.bulk,
    };
    Lane::ALL
        .into_iter()
        .filter(|lane| only.is_empty() || only.contains(lane))
        .map(|lane| (lane, of(lane) as usize))
        .collect()
}

/// Whether the workers of this process have begun.
#[derive(Debug, Default)]
pub struct WorkersReady(AtomicBool);

impl Readiness for WorkersReady {
    fn checks(&self) -> Vec<Check> {
        let ready = self.0.load(Ordering::Acquire);
        let reason = (!ready).then(|| "the plugins are being loaded".to_owned());
        vec![Check { name: "workers".to_owned(), ready, reason }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_can_be_chosen() {
        let configured = config::Lanes::default();
        assert_eq!(lanes(&configured, &[]).len(), 5);
        let chosen = lanes(&configured, &[Lane::Live]);
        assert_eq!(chosen, BTreeMap::from([(Lane::Live, configured.live as usize)]));
    }
}
