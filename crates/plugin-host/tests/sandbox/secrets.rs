//! A plugin that tries everything to see a secret, or to send one elsewhere, never succeeds.

use std::time::Duration;

use signalbox_plugin_host::{Cause, Limits};

use crate::canary::{CANARY, assert_unseen};
use crate::echo::{MARKER, WAYS, echoing};
use crate::greedy::{API, Ask, error, greedy, memory};
use crate::logs;

/// A request that brings the secret to `way`, for every place a secret can have.
fn asks(way: &str) -> [(&'static str, String, &'static str, &'static str); 5] {
    [
        ("GET", format!("{API}/{way}"), "", "in_header"),
        ("GET", format!("{API}/{way}?a=b"), "", "in_query"),
        ("GET", format!("{API}/{way}/bot{{t}}/x"), "", "in_path"),
        ("POST", format!("{API}/{way}"), r#"{"auth":{"token":""},"n":1}"#, "in_body"),
        ("GET", format!("https://kettle.shops.example/{way}"), "", "in_shop"),
    ]
}

fn holds(memory: &[u8], text: &str) -> bool {
    memchr::memmem::find(memory, text.as_bytes()).is_some()
}

#[tokio::test]
async fn no_echo_reaches_the_memory_of_the_guest() {
    logs::keep();
    let (host, arrivals) = echoing(Limits::default()).await;
    let plugin = host.load(&greedy());
    for (way, write) in WAYS {
        let written = write(CANARY);
        let middle = &written[written.len() / 3..written.len() * 2 / 3];
        for (method, url, body, secret) in asks(way) {
            let ask = Ask { method, url: &url, header: ("", ""), body, secret };
            let memory = memory(&plugin, &[ask]).await.unwrap();
            assert_eq!(arrivals.take(), (1, 1), "{way} {secret}: the secret arrived");
            assert!(holds(&memory, MARKER) && holds(&memory, "[redacted]"), "{way} {secret}: its echo was seen");
            assert!(!holds(&memory, middle), "{way} {secret}");
            assert_unseen(&memory, &format!("{way} {secret}"));
        }
    }
    assert_unseen(&logs::kept(), "logs");
}

#[tokio::test]
async fn no_echo_reaches_errors_or_logs() {
    logs::keep();
    let (host, arrivals) = echoing(Limits::default()).await;
    let plugin = host.load(&greedy());
    for (way, write) in WAYS {
        let written = write(CANARY);
        let middle = &written[written.len() / 3..written.len() * 2 / 3];
        let error = error(&plugin, &[Ask::get(&format!("{API}/{way}"), "in_header")]).await;
        assert_eq!(arrivals.take(), (1, 1));
        assert!(matches!(&error.cause, Cause::Plugin(said) if said.message.contains("[redacted]")), "{error:?}");
        for told in [error.to_string(), format!("{error:?}")] {
            assert!(!told.contains(middle), "{way}");
            assert_unseen(told.as_bytes(), way);
        }
    }
    let logged = logs::kept();
    assert!(holds(&logged, MARKER), "the guest logged what it got");
    assert_unseen(&logged, "logs");
}

#[tokio::test]
async fn in_pieces_in_names_and_compressed_it_is_a_secret_all_the_same() {
    logs::keep();
    let (host, arrivals) = echoing(Limits::default()).await;
    let plugin = host.load(&greedy());
    for way in ["chunks", "gzip", "status", "name"] {
        let memory = memory(&plugin, &[Ask::get(&format!("{API}/{way}"), "in_header")]).await.unwrap();
        assert_eq!(arrivals.take(), (1, 1), "{way}");
        assert!(holds(&memory, MARKER) && holds(&memory, "[redacted]"), "{way}");
        assert_unseen(&memory, way);
    }
    // What nobody can undo is not handed over at all.
    for way in ["gzip-twice", "brotli"] {
        let memory = memory(&plugin, &[Ask::get(&format!("{API}/{way}"), "in_header")]).await.unwrap();
        assert_eq!(arrivals.take(), (1, 1), "{way}");
        assert!(holds(&memory, "not asked for") && !holds(&memory, MARKER), "{way}");
        assert_unseen(&memory, way);
    }
}

#[tokio::test]
async fn part_by_part_is_not_asked_for() {
    let (host, arrivals) = echoing(Limits::default()).await;
    let plugin = host.load(&greedy());
    let url = format!("{API}/exact");
    for range in ["bytes=0-3", "bytes=-4", "lines=1-2"] {
        let ask = Ask { header: ("Range", range), ..Ask::get(&url, "in_header") };
        let memory = memory(&plugin, &[ask]).await.unwrap();
        assert!(holds(&memory, "takes the whole answer"));
        assert_eq!(arrivals.take(), (0, 0));
    }
}

#[tokio::test]
async fn a_host_that_remembers_tells_nothing_later_in_the_call_or_in_the_next() {
    logs::keep();
    let (host, arrivals) = echoing(Limits::default()).await;
    let plugin = host.load(&greedy());
    let (first, second) = (format!("{API}/nothing"), format!("{API}/base64-in-json"));
    let asks = [Ask::get(&first, "in_header"), Ask::get(&second, ""), Ask::get(&second, "")];
    for asks in [&asks[..], &asks[1..]] {
        let memory = memory(&plugin, asks).await.unwrap();
        assert!(holds(&memory, "[redacted]"));
        assert_unseen(&memory, "remembered");
    }
    assert_eq!(arrivals.take(), (5, 1));
}

#[tokio::test]
async fn a_redirect_carries_a_secret_nowhere() {
    logs::keep();
    let (host, arrivals) = echoing(Limits::default()).await;
    let plugin = host.load(&greedy());
    for (method, url, body, secret) in asks("redirect") {
        let ask = Ask { method, url: &url, header: ("", ""), body, secret };
        let memory = memory(&plugin, &[ask]).await.unwrap();
        assert_eq!(arrivals.take(), (1, 1), "{secret}: nobody followed");
        assert!(holds(&memory, "https://other.provider.example/exact?leak=[redacted]"), "{secret}");
        assert_unseen(&memory, secret);
    }
}

#[tokio::test]
async fn a_secret_goes_to_no_other_host_place_or_method() {
    logs::keep();
    let (host, arrivals) = echoing(Limits::default()).await;
    let plugin = host.load(&greedy());
    let get = |url: &'static str, secret| Ask::get(url, secret);
    let post = |url: &'static str, body| Ask { method: "POST", body, ..Ask::get(url, "in_body") };
    for ask in [
        // Hosts the manifest lists, does not list, or makes out of settings.
        get("https://other.provider.example/exact", "in_header"),
        get("https://unlisted.example/exact", "in_header"),
        get("https://kettle.shops.example/exact", "in_header"),
        get("https://pan.shops.example/exact", "in_shop"),
        get("https://api.provider.example/exact", "in_shop"),
        get("https://api.provider.example./exact", "in_header"),
        get("https://sub.api.provider.example/exact", "in_header"),
        get("https://api.provider.example.evil.example/exact", "in_header"),
        get("https://127.0.0.1/exact", "in_header"),
        // The same host in another way.
        get("http://api.provider.example/exact", "in_header"),
        get("https://api.provider.example:8443/exact", "in_header"),
        get("https://user@api.provider.example/exact", "in_header"),
        get("https://api.provider.example@unlisted.example/exact", "in_header"),
        get(r"https://unlisted.example\@api.provider.example/exact", "in_header"),
        get("api.provider.example/exact", "in_header"),
        // Methods the manifest does not list there.
        Ask { method: "PUT", ..get("https://api.provider.example/exact", "in_header") },
        Ask { method: "DELETE", ..get("https://api.provider.example/exact", "in_header") },
        Ask { method: "TRACE", ..get("https://api.provider.example/exact", "in_header") },
        Ask { method: "CONNECT", ..get("https://api.provider.example/exact", "in_header") },
        Ask { method: "POST", ..get("https://kettle.shops.example/exact", "in_shop") },
        Ask { method: "G ET", ..get("https://api.provider.example/exact", "in_header") },
        // Where the guest has put something itself.
        Ask { header: ("Authorization", "mine"), ..get("https://api.provider.example/exact", "in_header") },
        Ask { header: ("authorization", ""), ..get("https://api.provider.example/exact", "in_header") },
        get("https://api.provider.example/exact?key=mine", "in_query"),
        get("https://api.provider.example/exact?a=b&%6Bey", "in_query"),
        // A path without the one placeholder, and with more than it.
        get("https://api.provider.example/exact", "in_path"),
        get("https://api.provider.example/exact?{t}", "in_path"),
        get("https://api.provider.example/exact#{t}", "in_path"),
        get("https://api.provider.example/exact/{T}", "in_path"),
        get("https://api.provider.example/exact/{t", "in_path"),
        get("https://api.provider.example/exact/{t}/{t}", "in_path"),
        get("https://api.provider.example/exact/{t{t}}", "in_path"),
        get("https://api.provider.example/exact/{{t}}", "in_path"),
        get("https://api.provider.example/exact/{t}/{in_query}", "in_path"),
        get("https://api.provider.example/exact/%257Bt%257D", "in_path"),
        get("https://api.provider.example/exact/{t}/..", "in_path"),
        get("https://{t}.provider.example/exact", "in_path"),
        // A body without the one place.
        post("https://api.provider.example/exact", ""),
        post("https://api.provider.example/exact", "auth.token="),
        post("https://api.provider.example/exact", "{}"),
        post("https://api.provider.example/exact", r#"{"auth":{}}"#),
        post("https://api.provider.example/exact", r#"{"auth":{"token":7}}"#),
        post("https://api.provider.example/exact", r#"{"auth":{"token":{"token":""}}}"#),
        post("https://api.provider.example/exact", r#"{"text":"","auth":"token"}"#),
        post("https://api.provider.example/exact", r#"{"auth/token":""}"#),
        // Names that the manifest does not know, keeps, or has no value for.
        get("https://api.provider.example/exact", "stranger"),
        get("https://api.provider.example/exact", "kept"),
        get("https://api.provider.example/exact", "unset"),
        get("https://api.provider.example/exact", "IN_HEADER"),
        get("https://api.provider.example/exact", "in_header "),
        get("https://api.provider.example/exact", "in_header,in_query"),
        get("https://api.provider.example/exact", "*"),
    ] {
        let memory = memory(&plugin, &[ask]).await.unwrap();
        assert_eq!(arrivals.take(), (0, 0), "{} {} {} {}", ask.method, ask.url, ask.body, ask.secret);
        assert!(!holds(&memory, MARKER));
        assert_unseen(&memory, ask.url);
    }
    assert_unseen(&logs::kept(), "logs");
}

#[tokio::test]
async fn a_placeholder_without_its_secret_is_only_text() {
    let (host, arrivals) = echoing(Limits::default()).await;
    let plugin = host.load(&greedy());
    let url = format!("{API}/exact/bot{{t}}/{{in_path}}/$in_path?key={{in_query}}");
    for header in [("x-a", "Bearer {in_header}"), ("authorization", "{t}")] {
        let ask = Ask { method: "POST", header, body: r#"{"auth":{"token":"{in_body}"}}"#, ..Ask::get(&url, "") };
        let memory = memory(&plugin, &[ask]).await.unwrap();
        assert_eq!(arrivals.take(), (1, 0));
        assert_unseen(&memory, "text");
    }
}

#[tokio::test]
async fn headers_cannot_be_split_or_framed_by_a_guest() {
    let (host, arrivals) = echoing(Limits::default()).await;
    let plugin = host.load(&greedy());
    let url = format!("{API}/exact");
    for header in [
        ("x-a", "1\r\nauthorization: mine"),
        ("x-a", "1\nx-b: 2"),
        ("x-a", "1\rx-b: 2"),
        ("x-a", "1\r\n\r\nGET /exact HTTP/1.1"),
        ("x-a: 1\r\nx-b", "2"),
        ("x-a\n", "2"),
        ("x a", "2"),
        ("x:", "2"),
        (":authority", "unlisted.example"),
        ("host", "unlisted.example"),
        ("Host", "api.provider.example"),
        ("content-length", "0"),
        ("transfer-encoding", "chunked"),
        ("connection", "authorization"),
        ("upgrade", "h2c"),
        ("te", "trailers"),
        ("trailer", "authorization"),
        ("expect", "100-continue"),
        ("proxy-authorization", "Basic x"),
        ("accept-encoding", "br"),
    ] {
        let ask = Ask { header, ..Ask::get(&url, "in_header") };
        let memory = memory(&plugin, &[ask]).await.unwrap();
        assert_eq!(arrivals.take(), (0, 0), "{header:?}");
        assert_unseen(&memory, header.0);
    }
}

#[tokio::test]
async fn settings_hold_no_secret() {
    let (host, arrivals) = echoing(Limits::default()).await;
    let memory = memory(&host.load(&greedy()), &[]).await.unwrap();
    assert!(holds(&memory, r#""shop":"kettle""#), "the settings are there");
    assert_unseen(&memory, "settings");
    assert_eq!(arrivals.take(), (0, 0));
}

#[tokio::test]
async fn failures_tell_no_secret() {
    logs::keep();
    // Nobody listens, or somebody who never answers.
    let dead = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    for (to, reason) in [(dead, "cannot connect"), (silent.local_addr().unwrap(), "no answer within")] {
        let sandbox = ["api.provider.example", "kettle.shops.example"]
            .map(|host| egress::Mapping { host: host.to_owned(), to })
            .into();
        let limits = Limits { wall: Duration::from_millis(500), ..Limits::default() };
        let host = crate::guest::TestHost::with(limits, 2, egress::Config { sandbox, ..egress::Config::default() });
        let plugin = host.load(&greedy());
        for (method, url, body, secret) in asks("exact") {
            let ask = Ask { method, url: &url, header: ("", ""), body, secret };
            let error = error(&plugin, &[ask]).await;
            let told = format!("{error} {error:?}");
            assert!(told.contains(reason), "{secret}: {told}");
            assert_unseen(told.as_bytes(), secret);
        }
    }
    assert_unseen(&logs::kept(), "logs");
}
