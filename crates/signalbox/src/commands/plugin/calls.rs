//! `signalbox plugin calls`: the account of a connection's calls.

use crate::{
    commands::queue::table::{Table, or_dash},
    database,
    keys::Missing,
    operator::{self, Operator},
    process::Process,
};
use config::Config;
use domain::ConnectionId;
use serde_json::Value;
use std::fmt::Write as _;

/// Which calls are listed.
pub struct Wanted {
    pub connection: ConnectionId,
    pub function: Option<String>,
    pub failed: bool,
    pub limit: u32,
}

/// Lists them as the API does.
pub async fn list(config: &Config, tenant: &str, wanted: &Wanted, as_json: bool) -> anyhow::Result<()> {
    let process = Process::start(config.clone(), database::app(config)?, Missing::Refuse).await?;
    let tenant = operator::tenant(&process.database, tenant).await?.id;
    let page = Operator::of(&process, tenant).await?.get(&path(wanted)).await?;
    let calls = page.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if as_json {
        println!("{:#}", Value::Array(calls.to_vec()));
        return Ok(());
    }
    let mut table =
        Table::new(&["CALLED", "PLUGIN", "FUNCTION", "OUTCOME", "TOOK", "RAN", "MEMORY", "REQUESTS", "CALL", "JOB"]);
    for call in calls {
        table.row(row(call));
    }
    table.print();
    Ok(())
}

fn path(wanted: &Wanted) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("limit", &wanted.limit.to_string());
    if let Some(function) = &wanted.function {
        query.append_pair("function", function);
    }
    if wanted.failed {
        query.append_pair("failed", "true");
    }
    format!("/api/v1/connections/{}/calls?{}", wanted.connection, query.finish())
}

fn row(call: &Value) -> [String; 10] {
    let text = |key: &str| call.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = |key: &str| call.get(key).and_then(Value::as_i64).unwrap_or_default();
    let mut outcome = text("outcome");
    for more in ["error_kind", "detail"].map(text).into_iter().filter(|more| !more.is_empty()) {
        let _ = write!(outcome, " {more}");
    }
    [
        text("called_at").chars().take(19).map(|it| if it == 'T' { ' ' } else { it }).collect(),
        format!("{}@{}", text("plugin_id"), text("plugin_version")),
        text("function"),
        outcome,
        length(number("duration_us")),
        length(number("busy_us")),
        format!("{} KiB", number("memory_bytes") / 1024),
        requests(call),
        text("call_id"),
        or_dash(call.get("job_id").and_then(Value::as_i64)),
    ]
}

/// `POST api.example.com 200`, one after the other.
fn requests(call: &Value) -> String {
    let all = call.get("requests").and_then(Value::as_array).into_iter().flatten();
    let told: Vec<String> = all
        .map(|request| {
            let text = |key: &str| request.get(key).and_then(Value::as_str).unwrap_or_default();
            let status = request.get("status").and_then(Value::as_u64).map(|status| status.to_string());
            format!("{} {} {}", text("method"), text("host"), status.as_deref().unwrap_or(text("failure")))
        })
        .collect();
    if told.is_empty() { "-".to_owned() } else { told.join(", ") }
}

fn length(micros: i64) -> String {
    if micros < 1000 { format!("{micros} µs") } else { format!("{} ms", micros / 1000) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_call_is_one_line() {
        let call = json!({
            "called_at": "2026-05-28T20:26:40.123456Z", "plugin_id": "shop", "plugin_version": "1.0.0",
            "function": "send", "outcome": "error", "error_kind": "rate_limited", "duration_us": 81_234, "busy_us": 90,
            "memory_bytes": 1_048_576, "call_id": "m-1", "job_id": 7,
            "requests": [{"method": "POST", "host": "api.shop.example", "status": 429},
                         {"method": "GET", "host": "api.shop.example", "failure": "timeout"}],
        });
        let expected = [
            "2026-05-28 20:26:40",
            "shop@1.0.0",
            "send",
            "error rate_limited",
            "81 ms",
            "90 µs",
            "1024 KiB",
            "POST api.shop.example 429, GET api.shop.example timeout",
            "m-1",
            "7",
        ];
        assert_eq!(row(&call), expected);
    }

    #[test]
    fn the_list_is_narrowed_by_the_api() {
        let connection = ConnectionId::new();
        let wanted = Wanted { connection, function: Some("poll-status".to_owned()), failed: true, limit: 5 };
        let expected = format!("/api/v1/connections/{connection}/calls?limit=5&function=poll-status&failed=true");
        assert_eq!(path(&wanted), expected);
    }
}
