//! The product as an operator runs it: migrated, with its plugin, as one process or as several.
//!
//! Everything is done by the product's own commands and over HTTP. What a process says goes to a file, whose end is
//! shown when a test fails.

use super::{
    balancer::Balancer,
    eventually,
    process::{Launch, Process, SIGNALBOX, free_address},
    rest::Rest,
    shop::Tenant,
    simulator::Simulator,
};
use domain::TenantId;
use sandbox::{Callbacks, Limits, Sandbox};
use serde_json::Value;
use sqlx::{ConnectOptions as _, postgres::PgConnectOptions};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use store::{Database, TenantTx};
use tempfile::TempDir;
use test_support::TestDatabase;

/// 32 bytes that every process of a test agrees on.
const MASTER_KEY: &str = "c2lnbmFsYm94LWVuZC10by1lbmQtdGVzdHMtMzItYnk=";

/// How a deployment differs from the usual one.
pub struct Plan {
    /// Settings of the product, as environment variables.
    pub settings: Vec<(&'static str, String)>,
    /// The provider's rate limits.
    pub limits: Limits,
    /// The provider's callbacks.
    pub callbacks: Callbacks,
    /// A database that belongs to the test, as its owner; otherwise the deployment gets one of its own.
    pub database: Option<PgConnectOptions>,
}

impl Default for Plan {
    fn default() -> Self {
        Self { settings: Vec::new(), limits: Limits::OFF, callbacks: Callbacks::default(), database: None }
    }
}

/// The running product. It ends when it is dropped.
pub struct Deployment {
    /// The processes that serve HTTP; one of `up` does everything.
    pub apis: Vec<Process>,
    /// The processes that run jobs.
    pub workers: Vec<Process>,
    /// The provider.
    pub simulator: Simulator,
    base: String,
    env: Vec<(String, String)>,
    database: Database,
    // Dropped after the processes.
    _provider: Option<(Sandbox, Balancer)>,
    _own_database: Option<TestDatabase>,
    dir: TempDir,
}

impl Deployment {
    /// One process: `signalbox up --sandbox`, with the provider inside.
    pub async fn up() -> Self {
        Self::up_with(&["whatsapp"]).await
    }

    /// The same with these plugins.
    pub async fn up_with(plugins: &[&str]) -> Self {
        let (own_database, owner) = database(None).await;
        let dir = tempfile::tempdir().unwrap();
        let (http, provider) = (free_address(), free_address());
        let mut env = environment(dir.path(), &owner);
        env.push(("SIGNALBOX_HTTP_BIND".to_owned(), http.to_string()));
        env.push(("SIGNALBOX_SANDBOX_BIND".to_owned(), provider.to_string()));
        env.push(("SIGNALBOX_SANDBOX_SMTP_BIND".to_owned(), "127.0.0.1:0".to_owned()));
        let mut of_owner = env.clone();
        of_owner.retain(|(name, _)| name != "SIGNALBOX_DATABASE_OWNER_URL");
        set(&mut of_owner, "DATABASE_URL", url(&owner));
        let plugins: Vec<String> =
            plugins.iter().map(|name| format!("--plugin={}", plugin(name).to_str().unwrap())).collect();
        let args: Vec<&str> = ["up", "--sandbox"].into_iter().chain(plugins.iter().map(String::as_str)).collect();
        let process = start("up", &args, &of_owner, dir.path());
        let deployment = Self {
            apis: vec![process],
            workers: Vec::new(),
            simulator: Simulator::at(format!("http://{provider}")),
            base: format!("http://{http}"),
            env,
            database: as_product(&owner),
            _provider: None,
            _own_database: own_database,
            dir,
        };
        deployment.ready().await
    }

    /// Two processes that serve HTTP behind a balancer and two that run jobs, on one database.
    pub async fn split() -> Self {
        Self::planned(Plan::default()).await
    }

    /// The same, with differences.
    pub async fn planned(plan: Plan) -> Self {
        let (own_database, owner) = database(plan.database).await;
        let dir = tempfile::tempdir().unwrap();
        let provider =
            sandbox::Config { limits: plan.limits, callbacks: plan.callbacks, ..sandbox::Config::new(Vec::new()) };
        let provider = Sandbox::bind(SocketAddr::from(([127, 0, 0, 1], 0)), provider).await.unwrap();
        let addresses = vec![free_address(), free_address()];
        let balancer = Balancer::start(addresses.clone()).await;
        let base = format!("http://{}", balancer.address());

        let mut env = environment(dir.path(), &owner);
        env.push(("SIGNALBOX_PUBLIC_URL".to_owned(), base.clone()));
        env.push(("SIGNALBOX_SANDBOX_BIND".to_owned(), provider.address().to_string()));
        for (name, value) in plan.settings {
            set(&mut env, name, value);
        }
        run(&env, &["migrate"]).await;
        run(&env, &["plugin", "install", plugin("whatsapp").to_str().unwrap()]).await;
        let apis = addresses.iter().enumerate().map(|(number, address)| {
            let mut env = env.clone();
            env.push(("SIGNALBOX_HTTP_BIND".to_owned(), address.to_string()));
            start(&format!("api-{number}"), &["api"], &env, dir.path())
        });
        let workers =
            (0..2).map(|number| start(&format!("worker-{number}"), &["worker", "--sandbox"], &env, dir.path()));
        let deployment = Self {
            apis: apis.collect(),
            workers: workers.collect(),
            simulator: Simulator::at(provider.url()),
            base,
            database: as_product(&owner),
            env,
            _provider: Some((provider, balancer)),
            _own_database: own_database,
            dir,
        };
        deployment.ready().await
    }

    /// Runs a command of the product and returns what it prints.
    pub async fn command(&self, args: &[&str]) -> String {
        run(&self.env, args).await
    }

    /// Starts a command of the product that reads what it is given.
    pub fn spawn(&self, args: &[&str]) -> Child {
        Command::new(SIGNALBOX)
            .args(args)
            .env_clear()
            .envs(self.env.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Waits until `up` has said where everything is, for the `time`th time since the first start.
    pub async fn greeted(&self, time: usize) {
        let log = self.dir.path().join("up.log");
        eventually("the playground is ready", async || {
            let said = std::fs::read_to_string(&log).unwrap();
            if said.matches("Signalbox is running.").count() >= time { Ok(()) } else { Err(said) }
        })
        .await;
    }

    /// What all processes have said so far.
    pub fn logs(&self) -> String {
        let files = std::fs::read_dir(self.dir.path()).unwrap().map(|file| file.unwrap().path());
        let logs = files.filter(|path| path.extension().is_some_and(|extension| extension == "log"));
        logs.map(|path| std::fs::read_to_string(path).unwrap()).collect()
    }

    /// A file that a command can be given.
    pub fn file(&self, name: &str, content: &Value) -> String {
        self.text(name, &content.to_string())
    }

    /// The same with any text.
    pub fn text(&self, name: &str, content: &str) -> String {
        let path = self.dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// What another program prints that speaks with the API as the tenant's admin; it has to succeed.
    pub async fn printed_by(&self, program: &mut tokio::process::Command, tenant: &Tenant) -> String {
        let output = program
            .env("SIGNALBOX_URL", self.url())
            .env("SIGNALBOX_TENANT", &tenant.slug)
            .env("SIGNALBOX_EMAIL", &tenant.email)
            .env("SIGNALBOX_PASSWORD", &tenant.password)
            .output()
            .await
            .unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{out}{err}");
        out.into_owned()
    }

    /// Where the API is.
    pub fn url(&self) -> &str {
        &self.base
    }

    /// Somebody at the API who has not logged in.
    pub fn anonymous(&self) -> Rest {
        Rest::anonymous(&self.base)
    }

    /// Where an endpoint is posted to.
    pub fn webhook_url(&self, endpoint_key: &str) -> String {
        format!("{}/hooks/{endpoint_key}", self.base)
    }

    /// A new tenant, with its admin logged in.
    pub async fn tenant(&self, slug: &str) -> Tenant {
        let email = format!("admin@{slug}.example");
        let printed =
            self.command(&["tenant", "create", "--name", slug, "--slug", slug, "--admin-email", &email]).await;
        let password = printed.lines().find_map(|line| line.strip_prefix("Password")).unwrap();
        let password = password.split_whitespace().next().unwrap();
        let (admin, id) = self.anonymous().login(slug, &email, password).await;
        Tenant { slug: slug.to_owned(), id, admin, email, password: password.to_owned() }
    }

    /// A look into the database, as the product sees it for this tenant.
    pub async fn rows_of(&self, tenant: TenantId) -> TenantTx {
        self.database.begin(tenant).await.unwrap()
    }

    async fn ready(mut self) -> Self {
        let rest = self.anonymous();
        eventually("the product is ready", async || {
            for process in self.apis.iter_mut().chain(&mut self.workers) {
                if let Some(end) = process.ended() {
                    panic!("{end}");
                }
            }
            let answer = rest.try_get("/readyz").await.map_err(|error| format!("{error:?}"))?;
            if answer.status == 200 { Ok(()) } else { Err(format!("{answer:?}")) }
        })
        .await;
        self
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.dir.disable_cleanup(true);
        }
    }
}

/// A compiled plugin; they are built apart from the workspace.
fn plugin(name: &str) -> PathBuf {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    let file = plugins.join(format!("target/wasm32-unknown-unknown/release/signalbox_{name}.wasm"));
    assert!(
        file.exists(),
        "there is no {}; build it with `make plugins`, that is \
         `cargo build --release --target wasm32-unknown-unknown --manifest-path plugins/Cargo.toml`",
        file.display()
    );
    file
}

async fn database(given: Option<PgConnectOptions>) -> (Option<TestDatabase>, PgConnectOptions) {
    if let Some(owner) = given {
        return (None, owner);
    }
    let own = TestDatabase::create().await;
    let owner = own.owner_options();
    (Some(own), owner)
}

fn as_product(owner: &PgConnectOptions) -> Database {
    Database::connect_lazy(postgres::app_options(owner), 5, std::time::Duration::from_secs(5))
}

fn url(options: &PgConnectOptions) -> String {
    options.to_url_lossy().to_string()
}

/// Only what is named here reaches the product.
fn environment(dir: &Path, owner: &PgConnectOptions) -> Vec<(String, String)> {
    let mut env: Vec<_> = ["PATH", "HOME", "TMPDIR"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)))
        .collect();
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled-plugins");
    let settings = [
        ("DATABASE_URL", url(&postgres::app_options(owner))),
        ("SIGNALBOX_DATABASE_OWNER_URL", url(owner)),
        ("SIGNALBOX_MASTER_KEY", MASTER_KEY.to_owned()),
        ("SIGNALBOX_DATA_DIR", dir.join("data").display().to_string()),
        ("SIGNALBOX_PLUGINS_CACHE_DIR", cache.display().to_string()),
        ("SIGNALBOX_LOG_FILTER", "info".to_owned()),
        ("SIGNALBOX_LOG_FORMAT", "json".to_owned()),
    ];
    env.extend(settings.map(|(name, value)| (name.to_owned(), value)));
    env
}

fn set(env: &mut Vec<(String, String)>, name: &str, value: String) {
    env.retain(|(set, _)| set != name);
    env.push((name.to_owned(), value));
}

fn start(name: &str, args: &[&str], env: &[(String, String)], dir: &Path) -> Process {
    Process::start(Launch {
        name: name.to_owned(),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        env: env.to_vec(),
        log: dir.join(format!("{name}.log")),
    })
}

async fn run(env: &[(String, String)], args: &[&str]) -> String {
    let output = tokio::process::Command::new(SIGNALBOX)
        .args(args)
        .env_clear()
        .envs(env.iter().cloned())
        .output()
        .await
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "signalbox {args:?} ended with {}:\n{out}{err}", output.status);
    out.into_owned()
}
