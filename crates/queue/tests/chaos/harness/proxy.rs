//! A TCP proxy in front of PostgreSQL that cuts connections, slows them, and lets them fall silent.
//!
//! A silent connection is half open: neither side is told anything, nothing is delivered any more in either direction,
//! and it stays so when the network is well again. New connections are another matter.

use postgres::owner_password;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::{
    io,
    net::Ipv4Addr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
    task::JoinHandle,
    time::sleep,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Alive,
    Silent,
    Cut,
}

struct Line {
    fate: watch::Sender<Fate>,
    /// Whether its client listens for notifications.
    listens: Arc<AtomicBool>,
}

#[derive(Default)]
struct Shared {
    lines: Mutex<Vec<Line>>,
    /// New connections are silent from the beginning.
    swallows: AtomicBool,
    /// How long each piece of data is held back.
    delay_millis: AtomicU64,
}

pub struct Proxy {
    shared: Arc<Shared>,
    port: u16,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// A proxy in front of the server that `database` names.
    pub async fn start(database: &PgConnectOptions) -> Self {
        let upstream = Upstream::of(database);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let shared = Arc::<Shared>::default();
        let accepting = tokio::spawn(accept(listener, upstream, Arc::clone(&shared)));
        Self { shared, port, accepting }
    }

    /// How to reach the same database through the proxy.
    pub fn options(&self, database: &PgConnectOptions) -> PgConnectOptions {
        let options = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.port)
            .ssl_mode(PgSslMode::Disable)
            .username(database.get_username())
            .database(database.get_database().expect("a database has a name"));
        match owner_password(database) {
            Some(password) => options.password(&password),
            None => options,
        }
    }

    /// Closes all connections; how many there were. Those that were silent are closed, too.
    pub fn cut(&self) -> usize {
        self.doom(Fate::Cut, |_| true)
    }

    /// Lets all connections fall silent for ever; how many.
    pub fn silence(&self) -> usize {
        self.doom(Fate::Silent, |_| true)
    }

    /// Lets connections that listen for notifications fall silent for ever; how many.
    pub fn silence_listeners(&self) -> usize {
        self.doom(Fate::Silent, |line| line.listens.load(Ordering::Relaxed))
    }

    /// How many living connections listen for notifications.
    pub fn listeners(&self) -> usize {
        let listens = |line: &&Line| {
            line.listens.load(Ordering::Relaxed) && *line.fate.borrow() == Fate::Alive && !line.fate.is_closed()
        };
        self.shared.lines.lock().unwrap().iter().filter(listens).count()
    }

    /// Whether new connections are swallowed.
    pub fn swallow(&self, yes: bool) {
        self.shared.swallows.store(yes, Ordering::Relaxed);
    }

    pub fn delay(&self, delay: Duration) {
        let millis = u64::try_from(delay.as_millis()).expect("short delays");
        self.shared.delay_millis.store(millis, Ordering::Relaxed);
    }

    fn doom(&self, fate: Fate, which: impl Fn(&Line) -> bool) -> usize {
        let mut lines = self.shared.lines.lock().unwrap();
        lines.retain(|line| !line.fate.is_closed());
        let chosen = lines.iter().filter(|line| which(line));
        chosen
            .filter(|line| line.fate.send_if_modified(|now| *now < fate && std::mem::replace(now, fate) != fate))
            .count()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

/// Where the server listens.
#[derive(Clone)]
enum Upstream {
    Socket(PathBuf),
    Host(String, u16),
}

impl Upstream {
    fn of(database: &PgConnectOptions) -> Self {
        match database.get_socket() {
            Some(directory) => Self::Socket(directory.join(format!(".s.PGSQL.{}", database.get_port()))),
            None => Self::Host(database.get_host().to_owned(), database.get_port()),
        }
    }
}

async fn accept(listener: TcpListener, upstream: Upstream, shared: Arc<Shared>) {
    loop {
        let Ok((client, _)) = listener.accept().await else { continue };
        // As it would be without the proxy.
        let _ = client.set_nodelay(true);
        let swallowed = shared.swallows.load(Ordering::Relaxed);
        let (fate, seen) = watch::channel(if swallowed { Fate::Silent } else { Fate::Alive });
        let listens = Arc::<AtomicBool>::default();
        shared.lines.lock().unwrap().push(Line { fate, listens: Arc::clone(&listens) });
        let (upstream, shared) = (upstream.clone(), Arc::clone(&shared));
        tokio::spawn(async move {
            // Either side may go away at any time; the other one then hears of it.
            let _ = match upstream {
                Upstream::Socket(path) => match UnixStream::connect(path).await {
                    Ok(server) => forward(client, server, seen, &listens, &shared).await,
                    Err(error) => Err(error),
                },
                Upstream::Host(host, port) => match TcpStream::connect((host, port)).await {
                    Ok(server) => forward(client, server, seen, &listens, &shared).await,
                    Err(error) => Err(error),
                },
            };
        });
    }
}

/// Carries data both ways for as long as the connection lives, and keeps both ends open while it is silent.
async fn forward<S: AsyncRead + AsyncWrite>(
    client: TcpStream,
    server: S,
    mut fate: watch::Receiver<Fate>,
    listens: &AtomicBool,
    shared: &Shared,
) -> io::Result<()> {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = tokio::io::split(server);
    {
        let asks = pump(from_client, to_server, Some(listens), shared);
        let answers = pump(from_server, to_client, None, shared);
        let mut doomed = fate.clone();
        tokio::pin!(asks, answers);
        tokio::select! {
            biased;
            _ = doomed.wait_for(|fate| *fate != Fate::Alive) => {}
            ended = &mut asks => return ended,
            ended = &mut answers => return ended,
        }
        // Both ends stay in the pumps, which do nothing any more.
        let _ = fate.wait_for(|fate| *fate == Fate::Cut).await;
    }
    Ok(())
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    listens: Option<&AtomicBool>,
    shared: &Shared,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        let data = &buffer[..length];
        if let Some(listens) = listens
            && data.windows(7).any(|word| word == b"LISTEN ")
        {
            listens.store(true, Ordering::Relaxed);
        }
        let delay = shared.delay_millis.load(Ordering::Relaxed);
        if delay > 0 {
            sleep(Duration::from_millis(delay)).await;
        }
        to.write_all(data).await?;
    }
}
