//! Loading from files and environments: what wins, and what is refused with which words.

use signalbox_config::{Config, LogFormat};
use std::{fs, path::PathBuf};

struct File {
    _directory: tempfile::TempDir,
    path: PathBuf,
}

fn file(text: &str) -> File {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("signalbox.toml");
    fs::write(&path, text).unwrap();
    File { _directory: directory, path }
}

fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn load(text: &str, pairs: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let file = file(text);
    Config::load(Some(&file.path), env(pairs)).map_err(|errors| {
        let directory = format!("{}/", file.path.parent().unwrap().display());
        errors.0.iter().map(|error| error.to_string().replace(&directory, "")).collect()
    })
}

fn load_env(pairs: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    Config::load(None, env(pairs)).map_err(|errors| errors.0.iter().map(ToString::to_string).collect())
}

#[test]
fn nothing_set_is_the_default() {
    let config = load_env(&[]).unwrap();
    assert_eq!(config, Config::default());
    assert_eq!(config.http.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(config.sandbox.bind.to_string(), "127.0.0.1:8090");
    assert_eq!(config.http.body_limit_bytes, 3_145_728);
    assert_eq!(config.base_url(), "http://127.0.0.1:8080");
    assert_eq!(load("", &[]).unwrap(), config);
}

#[test]
fn the_environment_wins_over_the_file() {
    let text = r#"
        data_dir = "/srv/signalbox"
        public_url = "https://inbox.example.com/"
        [http]
        bind = "0.0.0.0:80"
        trusted_proxies = ["10.0.0.0/8"]
        [worker.lanes]
        live = 0x40
        [log]
        format = "json"
    "#;
    let config = load(
        text,
        &[
            ("SIGNALBOX_HTTP_BIND", "[::1]:9000"),
            ("SIGNALBOX_HTTP_TRUSTED_PROXIES", "192.168.0.1, fd00::/8"),
            ("SIGNALBOX_WORKER_LANES_BULK", " 0 "),
            ("SIGNALBOX_LOG_FORMAT", ""),
            ("HTTP_BIND", "not ours"),
        ],
    )
    .unwrap();
    assert_eq!(config.data_dir, PathBuf::from("/srv/signalbox"));
    assert_eq!(config.base_url(), "https://inbox.example.com");
    assert_eq!(config.http.bind.to_string(), "[::1]:9000");
    assert!(config.http.trusts("192.168.0.1".parse().unwrap()));
    assert!(config.http.trusts("fd12::1".parse().unwrap()));
    assert!(!config.http.trusts("10.0.0.1".parse().unwrap()), "the variable replaces the list");
    assert_eq!((config.worker.lanes.live, config.worker.lanes.bulk), (64, 0));
    assert_eq!(config.worker.lanes.automation, 16, "siblings keep their defaults");
    assert_eq!(config.log.format, LogFormat::Json, "an empty variable is not set");
}

#[test]
fn every_key_can_be_set_by_its_variable() {
    let values = |path: &str| match path {
        "data_dir" | "plugins.cache_dir" | "provisioning" => "/elsewhere",
        "plugins.install" => "admins",
        "public_url" => "https://inbox.example.com",
        "master_key" => "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
        "database.url" | "database.owner_url" => "postgres://u:p@db/x",
        "http.bind" | "sandbox.bind" | "sandbox.smtp_bind" | "worker.bind" => "127.0.0.1:7777",
        "mail.from" => "Acme <no-reply@acme.example>",
        "mail.tls" => "none",
        "http.trusted_proxies" => "10.0.0.0/8,10.0.0.1",
        "egress.denied_hosts" => "a.example,b.example",
        "egress.allowed_private" => "shop.internal=10.0.0.0/8",
        "log.format" => "json",
        "log.filter" => "debug",
        "http.body_limit_bytes" | "plugins.response_bytes" => "65536",
        "database.acquire_timeout_ms" | "http.request_timeout_ms" => "1001",
        "plugins.wall_ms" => "30001",
        _ => "11",
    };
    let keys: Vec<_> = signalbox_config::keys::tables().into_iter().flat_map(|table| table.keys).collect();
    assert!(keys.len() > 25, "the list of keys is complete");
    let default = serde_json::to_value(Config::default()).unwrap();
    for key in keys {
        let mut pairs = vec![(key.env(), values(&key.path).to_owned())];
        if key.path == "database.owner_url" {
            pairs.push(("DATABASE_URL".to_owned(), "postgres://db/x".to_owned()));
        }
        let goes_with = match key.path.as_str() {
            "mail.host" => Some(("SIGNALBOX_MAIL_FROM", "no-reply@acme.example")),
            "mail.username" => Some(("SIGNALBOX_MAIL_PASSWORD", "x")),
            "mail.password" => Some(("SIGNALBOX_MAIL_USERNAME", "x")),
            _ => None,
        };
        pairs.extend(goes_with.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let config = Config::load(None, pairs).unwrap_or_else(|errors| panic!("{errors}"));
        let pointer = format!("/{}", key.path.replace('.', "/"));
        let now = serde_json::to_value(&config).unwrap();
        assert_ne!(now.pointer(&pointer), default.pointer(&pointer), "{}", key.path);
    }
}

#[test]
fn the_well_known_database_url_counts() {
    let url =
        |pairs: &[(&str, &str)]| load_env(pairs).unwrap().database.url.map(|url| url.expose().as_str().to_owned());
    let well_known = ("DATABASE_URL", "postgres://db/a");
    assert_eq!(url(&[well_known]).as_deref(), Some("postgres://db/a"));
    let ours = ("SIGNALBOX_DATABASE_URL", "postgres://db/b");
    assert_eq!(url(&[ours, well_known]).as_deref(), Some("postgres://db/b"));
    assert_eq!(url(&[well_known, ours]).as_deref(), Some("postgres://db/b"));
    assert_eq!(
        load_env(&[("DATABASE_URL", "mysql://db/a")]).unwrap_err(),
        ["DATABASE_URL: `database.url`: expected a PostgreSQL URL such as \
          postgres://user:password@host:5432/database"]
    );
}

#[test]
fn a_variable_can_name_the_file() {
    let file = file("[log]\nfilter = \"debug\"");
    let path = file.path.display().to_string();
    let config = load_env(&[("SIGNALBOX_CONFIG", &path)]).unwrap();
    assert_eq!(config.log.filter.as_str(), "debug");
    let missing = load_env(&[("SIGNALBOX_CONFIG", "/nowhere/signalbox.toml")]).unwrap_err();
    assert!(missing[0].starts_with("/nowhere/signalbox.toml: cannot be read: "), "{missing:?}");
}

#[test]
fn everything_wrong_comes_at_once() {
    let text = r#"colour = "red"
public_url = "inbox.example.com"
http = 5
[database]
max_connections = 0
urll = "postgres://db/x"
[worker.lanes]
live = "many"
fast = 3
[log]
format = "jsn"
[bind]
[egress]
denied_hosts = ["ok.example", "*.example", 7]
[retention]
deliveries_days = 1.5
"#;
    let errors = load(
        text,
        &[
            ("SIGNALBOX_HTTP_BNID", "127.0.0.1:1"),
            ("SIGNALBOX_SANDBOX_BIND", "localhost"),
            ("SIGNALBOX_MASTER_KEY", "c2VjcmV0"),
            ("SIGNALBOX_AUTH_ACCESS_TOKEN_MINUTES", "-1"),
            ("SIGNALBOX_HTTP_TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
            ("SIGNALBOX_LOG_FILTER", "sqlx=loud"),
        ],
    )
    .unwrap_err();
    let expected = [
        "signalbox.toml:1: `colour`: there is no such setting",
        "signalbox.toml:2: `public_url`: expected an http or https URL without user, query and \
         fragment, such as https://inbox.example.com, got `inbox.example.com`",
        "signalbox.toml:3: `http`: expected a table, written as [http]",
        "signalbox.toml:5: `database.max_connections`: expected a whole number from 2 to 1000, got `0`",
        "signalbox.toml:6: `database.urll`: there is no such setting (did you mean `url`?)",
        "signalbox.toml:8: `worker.lanes.live`: expected a whole number from 0 to 1000, got `many`",
        "signalbox.toml:9: `worker.lanes.fast`: there is no such setting",
        "signalbox.toml:11: `log.format`: expected one of text, json, got `jsn` (did you mean `json`?)",
        "signalbox.toml:12: `bind`: there is no such setting (did you mean `http.bind`?)",
        "signalbox.toml:14: `egress.denied_hosts`: expected a text, got `7`",
        "signalbox.toml:14: `egress.denied_hosts`: expected an exact host name or address, without \
         wildcard, scheme and port, got `*.example`",
        "signalbox.toml:16: `retention.deliveries_days`: expected a whole number from 1 to 3650",
        "SIGNALBOX_AUTH_ACCESS_TOKEN_MINUTES: `auth.access_token_minutes`: expected a whole number \
         from 1 to 1440, got `-1`",
        "SIGNALBOX_HTTP_BNID: there is no such setting (did you mean `SIGNALBOX_HTTP_BIND`?)",
        "SIGNALBOX_HTTP_TRUSTED_PROXIES: `http.trusted_proxies`: expected an address or a network \
         such as 10.0.0.0/8 or fd00::/8, got `proxy`",
        "SIGNALBOX_LOG_FILTER: `log.filter`: expected levels, also per module, such as `info` or \
         `info,sqlx=warn`, got `sqlx=loud`",
        "SIGNALBOX_MASTER_KEY: `master_key`: expected 32 bytes in base64, such as `openssl rand \
         -base64 32` prints",
        "SIGNALBOX_SANDBOX_BIND: `sandbox.bind`: expected an address with a port, such as \
         127.0.0.1:8080, got `localhost`",
    ];
    assert_eq!(errors, expected);
}

#[test]
fn broken_syntax_is_named_with_its_line() {
    let errors = load("[http]\nbind = \n", &[("SIGNALBOX_PORT", "1")]).unwrap_err();
    assert!(errors[0].starts_with("signalbox.toml:2: "), "{errors:?}");
    assert!(errors.last().unwrap().starts_with("SIGNALBOX_PORT: "), "{errors:?}");
}

#[test]
fn settings_must_agree() {
    let refused = |pairs: &[(&str, &str)]| load_env(pairs).unwrap_err().join("\n");
    let both = [("SIGNALBOX_SANDBOX_BIND", "127.0.0.1:8080")];
    assert!(refused(&both).contains("`http.bind` is 127.0.0.1:8080 already"));
    let open = [("SIGNALBOX_SANDBOX_BIND", "0.0.0.0:8090")];
    assert!(refused(&open).contains("expected a loopback address"));
    let cpu = [("SIGNALBOX_PLUGINS_CPU_MS", "5000"), ("SIGNALBOX_PLUGINS_WALL_MS", "1000")];
    assert!(refused(&cpu).starts_with("SIGNALBOX_PLUGINS_CPU_MS: `plugins.cpu_ms`: expected at most"));
    let owner = [("SIGNALBOX_DATABASE_OWNER_URL", "postgres://owner@db/x")];
    assert!(refused(&owner).contains("`database.url` must be set too"));
    let lanes = ["LIVE", "AUTOMATION", "NOTIFY", "TIMERS", "BULK"]
        .map(|lane| (format!("SIGNALBOX_WORKER_LANES_{lane}"), "0".to_owned()));
    assert!(Config::load(None, lanes).is_err(), "a worker without places does nothing");
    let free = [("SIGNALBOX_SANDBOX_BIND", "127.0.0.1:0"), ("SIGNALBOX_HTTP_BIND", "127.0.0.1:0")];
    assert!(load_env(&free).is_ok(), "two free ports differ");
}

#[test]
fn secrets_are_in_no_message() {
    let errors = load(
        "master_key = \"hunter2hunter2\"\n[database]\nurl = \"mysql://u:hunter2@db/x\"\nowner_url = [\"hunter2\"]",
        &[],
    )
    .unwrap_err();
    assert_eq!(errors.len(), 3, "{errors:?}");
    assert!(!errors.join("\n").contains("hunter2"), "{errors:?}");

    let url = ("DATABASE_URL", "postgres://u:hunter2@db/x");
    let key = ("SIGNALBOX_MASTER_KEY", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=");
    let config = load_env(&[url, key]).unwrap();
    let printed = format!("{config:?}{}", serde_json::to_string(&config).unwrap());
    assert!(!printed.contains("hunter2") && !printed.contains("AQEB"), "{printed}");
}
