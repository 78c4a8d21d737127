//! Which host a URL means, and whether a rule means the same: spellings, look-alikes, ports, methods, user names.

use axum::Router;
use axum::http::{HeaderMap, Method as Sent, Uri};
use axum::routing::any;
use http::Method;
use signalbox_egress::{Config, Egress, FailureKind, Mapping, OperatorPolicy, Policy, Request, Rule};
use tokio::io::AsyncWriteExt;

use crate::support::{HOST, egress, nobody, policy, raw, read_head, serve};

/// Says which host and target it was asked for.
async fn asked(method: Sent, uri: Uri, headers: HeaderMap) -> String {
    format!("{method} {} {uri}", headers["host"].to_str().unwrap())
}

/// An egress whose hosts all answer with what they were [`asked`].
async fn asking(hosts: &[&str]) -> Egress {
    let address = serve(Router::new().fallback(any(asked))).await;
    egress(&hosts.iter().map(|host| (*host, address)).collect::<Vec<_>>())
}

async fn answer(egress: &Egress, url: &str, policy: &Policy) -> String {
    let response = egress.send(Request::new(Method::GET, url), policy).await;
    let response = response.unwrap_or_else(|failure| panic!("{url:?}: {failure:?}"));
    String::from_utf8(response.body.to_vec()).unwrap()
}

async fn denied(egress: &Egress, url: &str, policy: &Policy) -> String {
    let failure = egress.send(Request::new(Method::GET, url), policy).await.expect_err(url);
    assert_eq!((failure.kind, failure.request_sent), (FailureKind::Denied, false), "{url:?}: {failure:?}");
    failure.message
}

#[tokio::test]
async fn an_allowed_host_is_reached_in_every_spelling_the_url_standard_knows() {
    let egress = asking(&[HOST]).await;
    for url in [
        "https://api.provider.example/p",
        "HTTPS://API.Provider.EXAMPLE/p",
        "https://api.provider.example:443/p",
        "https://api.provider.example:/p",
        "https:api.provider.example/p",
        r"https:\\api.provider.example\p",
        "https://api.provider.example/p#fragment",
        "  https://api.provider.example/p\n",
        "https://api.pro\nvi\tder.example/p",
        "https://%61pi.provider.example/p",
        "https://api\u{3002}provider\u{ff0e}example/p",
        "https://\u{ff41}\u{ff50}\u{ff49}.provider.example/p",
        "https://api.pro\u{ad}vider.example/p",
        "https://api.provider.example/x/../p",
        "https://api.provider.example/x/%2e%2E/p",
    ] {
        assert_eq!(answer(&egress, url, &policy(&[HOST])).await, format!("GET {HOST} /p"), "{url:?}");
    }
}

#[tokio::test]
async fn a_host_that_only_looks_like_an_allowed_one_is_another() {
    let egress = asking(&[HOST]).await;
    for host in [
        // Cyrillic a, Cyrillic e, dotless i, Greek omicron, script small l, Latin alpha.
        "\u{430}pi.provider.example",
        "api.provider.\u{435}xample",
        "ap\u{131}.provider.example",
        "api.pr\u{3bf}vider.example",
        "\u{251}pi.provider.example",
        "xn--pi-7kc.provider.example",
        "api-provider.example",
        "apiprovider.example",
        "api.provider.example.evil.example",
        "evil.example.api.provider.example",
        "xapi.provider.example",
        "api.provider.examples",
        "api.provider",
        "provider.example",
        "api..provider.example",
        ".api.provider.example",
        "api.provider.example.",
        "api.provider.example..",
        "api.provider.example%2e",
        "api.provider.example%00",
        "api.provider.example%23.evil.example",
        "api_provider.example",
        "[api.provider.example]",
        "*.provider.example",
        "*",
    ] {
        denied(&egress, &format!("https://{host}/p"), &policy(&[HOST])).await;
    }
}

#[tokio::test]
async fn where_the_authority_ends_is_not_a_matter_of_taste() {
    let egress = asking(&[HOST, "evil.example"]).await;
    for (url, target) in [
        // Allowed, and really goes to the allowed host.
        (r"https://api.provider.example\@evil.example/", Some("/@evil.example/")),
        ("https://api.provider.example/@evil.example", Some("/@evil.example")),
        ("https://api.provider.example?@evil.example", Some("/?@evil.example")),
        ("https://api.provider.example#@evil.example", Some("/")),
        ("https://api.provider.example//evil.example/x", Some("//evil.example/x")),
        ("https://api.provider.example/https://evil.example/", Some("/https://evil.example/")),
        // Means the other host.
        ("https://api.provider.example@evil.example/", None),
        ("https://api.provider.example:443@evil.example/", None),
        ("https://api.provider.example%2f@evil.example/", None),
        ("https://evil.example#@api.provider.example/", None),
        ("https://evil.example?@api.provider.example/", None),
        (r"https://evil.example\@api.provider.example/", None),
        ("https:evil.example/api.provider.example", None),
        ("https:/evil.example/", None),
        ("https:///evil.example/", None),
    ] {
        match target {
            Some(target) => {
                let asked = answer(&egress, url, &policy(&[HOST])).await;
                assert_eq!(asked, format!("GET {HOST} {target}"), "{url}");
            }
            None => {
                denied(&egress, url, &policy(&[HOST])).await;
            }
        }
    }
}

#[tokio::test]
async fn a_name_beyond_ascii_is_its_punycode_in_rules_and_urls() {
    let egress = asking(&["xn--bcher-kva.example", "xn--strae-oqa.example"]).await;
    let both = policy(&["b\u{fc}cher.example", "xn--strae-oqa.example"]);
    for (url, host) in [
        ("https://b\u{fc}cher.example/", "xn--bcher-kva.example"),
        ("https://B\u{dc}CHER.example/", "xn--bcher-kva.example"),
        ("https://bu\u{308}cher.example/", "xn--bcher-kva.example"),
        ("https://b%C3%BCcher.example/", "xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("https://XN--BCHER-KVA.example/", "xn--bcher-kva.example"),
        ("https://stra\u{df}e.example/", "xn--strae-oqa.example"),
    ] {
        assert_eq!(answer(&egress, url, &both).await, format!("GET {host} /"), "{url}");
    }
    for url in [
        "https://bucher.example/",
        "https://buecher.example/",
        "https://xn--bcher-kvb.example/",
        "https://xn--bcher-kva.example./",
        // What IDNA 2003 made of a sharp s.
        "https://strasse.example/",
        "https://xn--.example/",
        "https://xn--a.example/",
    ] {
        denied(&egress, url, &both).await;
    }
}

#[tokio::test]
async fn a_rule_names_one_host_and_knows_no_wildcards() {
    for authority in [
        "*",
        "*.example",
        "*.provider.example",
        "api.*.example",
        "api.provider.*",
        "%2a.provider.example",
        "",
        ".",
        "api.provider.example.",
        "api.provider.example/",
        "api.provider.example/v1",
        "api.provider.example?x",
        "api.provider.example#x",
        "user@api.provider.example",
        ":secret@api.provider.example",
        "@api.provider.example",
        "https://api.provider.example",
        "//api.provider.example",
        r"api.provider.example\",
        "api.provider.example:x",
        "api.provider.example:65536",
        "api.provider.example:-1",
        "two words",
        "api.pro\nvider.example",
        "api.provider.example\t",
        "[::1",
        "::1",
    ] {
        assert!(Rule::new(authority, [Method::GET]).is_err(), "{authority:?}");
    }
}

#[tokio::test]
async fn the_port_belongs_to_the_rule() {
    let address = nobody().await;
    let egress = egress(&[(HOST, address)]);
    for (rule, port, is_allowed) in [
        ("", "", true),
        ("", ":443", true),
        (":443", "", true),
        (":443", ":443", true),
        (":8443", ":8443", true),
        (":8443", ":08443", true),
        ("", ":8443", false),
        ("", ":80", false),
        ("", ":0", false),
        ("", ":22", false),
        (":8443", "", false),
        (":8443", ":443", false),
        (":8443", ":844", false),
        ("", ":65536", false),
        ("", ":443x", false),
        ("", ":-443", false),
        ("", ":443:443", false),
    ] {
        let url = format!("https://{HOST}{port}/");
        let policy = policy(&[&format!("{HOST}{rule}")]);
        let failure = egress.send(Request::new(Method::GET, &url), &policy).await.unwrap_err();
        // Nobody listens there, so what is allowed does not connect.
        let expected = if is_allowed { FailureKind::Connect } else { FailureKind::Denied };
        assert_eq!(failure.kind, expected, "{rule:?} {url}: {failure:?}");
    }
}

#[tokio::test]
async fn a_method_is_allowed_where_its_rule_says_so() {
    let egress = asking(&[HOST, "other.example"]).await;
    let policy = Policy::new([
        Rule::new(HOST, [Method::GET]).unwrap(),
        Rule::new(HOST, [Method::PATCH]).unwrap(),
        Rule::new("other.example", [Method::DELETE]).unwrap(),
        Rule::new("none.example", []).unwrap(),
    ]);
    for (method, host, is_allowed) in [
        ("GET", HOST, true),
        ("PATCH", HOST, true),
        ("DELETE", "other.example", true),
        ("POST", HOST, false),
        ("PUT", HOST, false),
        ("HEAD", HOST, false),
        ("OPTIONS", HOST, false),
        ("DELETE", HOST, false),
        ("GET", "other.example", false),
        ("PATCH", "other.example", false),
        ("GET", "none.example", false),
        // Methods are case-sensitive (RFC 9110, section 9.1).
        ("get", HOST, false),
        ("Get", HOST, false),
        ("PROPFIND", HOST, false),
    ] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = Request::new(method.clone(), format!("https://{host}/"));
        match egress.send(request, &policy).await {
            Ok(response) => {
                let text = String::from_utf8(response.body.to_vec()).unwrap();
                assert!(is_allowed && text == format!("{method} {host} /"), "{method} {host}: {text}");
            }
            Err(failure) => assert!(!is_allowed && failure.kind == FailureKind::Denied, "{method} {host}: {failure:?}"),
        }
    }
}

#[tokio::test]
async fn tunnels_and_echoes_are_allowed_to_nobody() {
    let egress = asking(&[HOST]).await;
    let methods = [Method::CONNECT, Method::TRACE];
    let policy = Policy::new([Rule::new(HOST, methods.clone()).unwrap()]);
    for method in methods {
        let request = Request::new(method, format!("https://{HOST}/"));
        let failure = egress.send(request, &policy).await.unwrap_err();
        assert_eq!((failure.kind, failure.request_sent), (FailureKind::Denied, false), "{failure:?}");
    }
}

#[tokio::test]
async fn a_url_with_user_or_password_is_refused_and_not_repeated() {
    let egress = asking(&[HOST]).await;
    for userinfo in ["user@", "user:s3cr3t@", ":s3cr3t@", "a%40b:s3cr3t@", "user:s3cr3t@evil.example@", "%20@"] {
        let message = denied(&egress, &format!("https://{userinfo}{HOST}/"), &policy(&[HOST])).await;
        assert!(message.contains("user or a password") && !message.contains("s3cr3t"), "{message}");
    }
    // Nothing before the sign is nobody's name.
    for userinfo in ["@", ":@"] {
        let asked = answer(&egress, &format!("https://{userinfo}{HOST}/"), &policy(&[HOST])).await;
        assert_eq!(asked, format!("GET {HOST} /"));
    }
}

#[tokio::test]
async fn only_https_is_spoken_of() {
    let egress = asking(&[HOST]).await;
    for url in [
        "http://api.provider.example/",
        "ws://api.provider.example/",
        "wss://api.provider.example/",
        "ftp://api.provider.example/",
        "gopher://api.provider.example/",
        "file://api.provider.example/etc/passwd",
        "unix://api.provider.example/",
        "blob:https://api.provider.example/x",
        "view-source:https://api.provider.example/",
        "javascript:fetch('https://api.provider.example')",
        "httpss://api.provider.example/",
        "https",
        "https:",
        "https://",
        "https:///",
        "//api.provider.example/",
        "api.provider.example",
        "?https://api.provider.example/",
    ] {
        denied(&egress, url, &policy(&[HOST])).await;
    }
}

#[tokio::test]
async fn the_request_line_holds_a_path_and_nothing_that_ends_it() {
    let (address, _) = raw(|mut stream| async move {
        let head = read_head(&mut stream).await;
        let line = head.split(|byte| *byte == b'\r').next().unwrap();
        let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", line.len());
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(line).await.unwrap();
    })
    .await;
    let egress = egress(&[(HOST, address)]);
    for (rest, target) in [
        ("/p?q=1#f", "/p?q=1"),
        ("?q", "/?q"),
        ("/a b", "/a%20b"),
        ("/a HTTP/1.1\r\nHost: evil.example\r\n\r\nGET /b", "/a%20HTTP/1.1Host:%20evil.exampleGET%20/b"),
        ("/a%0d%0aHost:%20evil.example", "/a%0d%0aHost:%20evil.example"),
        ("/\u{10d}\u{10a}", "/%C4%8D%C4%8A"),
        ("/\u{0}x", "/%00x"),
        ("//evil.example/", "//evil.example/"),
        ("/https://evil.example/", "/https://evil.example/"),
    ] {
        let line = answer(&egress, &format!("https://{HOST}{rest}"), &policy(&[HOST])).await;
        assert_eq!(line, format!("GET {target} HTTP/1.1"), "{rest:?}");
    }
}

#[tokio::test]
async fn a_host_longer_than_any_is_not_repeated() {
    let egress = asking(&[HOST]).await;
    for host in ["x".repeat(254), "x.".repeat(500_000) + "example"] {
        let message = denied(&egress, &format!("https://{host}/"), &policy(&[HOST])).await;
        assert!(message.len() < 100, "{}", message.len());
    }
}

#[tokio::test]
async fn what_the_operator_denies_no_spelling_reaches() {
    let address = serve(Router::new().fallback(any(asked))).await;
    let denied_hosts = [HOST, "xn--bcher-kva.example", "93.184.215.14"].map(str::to_owned).into();
    let config = Config {
        operator: OperatorPolicy { denied_hosts, ..OperatorPolicy::default() },
        sandbox: vec![Mapping { host: HOST.to_owned(), to: address }],
        ..Config::default()
    };
    let egress = Egress::new(config).unwrap();
    let hosts = [HOST, "xn--bcher-kva.example", "93.184.215.14", "api.provider.example:8443"];
    for url in [
        "https://api.provider.example/",
        "https://API.PROVIDER.EXAMPLE/",
        "https://api%2eprovider.example/",
        "https://api.provider.example:8443/",
        "https://b\u{fc}cher.example/",
        "https://1572394766/",
        "https://0x5db8d70e/",
    ] {
        let message = denied(&egress, url, &policy(&hosts)).await;
        assert!(message.contains("the operator does not allow"), "{url}: {message}");
    }
}
