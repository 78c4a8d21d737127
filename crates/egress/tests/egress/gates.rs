//! What is refused before anything leaves.

use std::sync::atomic::Ordering;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Method};
use signalbox_egress::{
    Config, Egress, Exception, Failure, FailureKind, InvalidConfig, Mapping, OperatorPolicy, Policy, Request, Rule,
};

use crate::support::{HOST, Names, answer_with, egress, get, nobody, policy, raw};

async fn refused(egress: &Egress, request: Request, policy: &Policy) -> Failure {
    let failure = egress.send(request, policy).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied, "{failure:?}");
    assert!(!failure.request_sent, "{failure:?}");
    failure
}

#[tokio::test]
async fn urls_that_are_not_plain_https_are_refused_even_with_a_mapping() {
    let (address, connections) = raw(|stream| answer_with(stream, "HTTP/1.1 200 OK\r\n\r\n")).await;
    let egress = egress(&[(HOST, address)]);
    for url in [
        format!("http://{HOST}/"),
        format!("ws://{HOST}/"),
        format!("file://{HOST}/etc/passwd"),
        format!("https://user@{HOST}/"),
        format!("https://user:secret@{HOST}/"),
        format!("https://:secret@{HOST}/"),
        format!("https://{HOST}:8443/"),
        format!("https://{HOST}./"),
        format!("https://sub.{HOST}/"),
        "https://other.example/".to_owned(),
        format!("http://{address}/"),
        format!("https://{address}/"),
        format!("//{HOST}/"),
        "/only/a/path".to_owned(),
        "data:text/plain,hi".to_owned(),
        String::new(),
    ] {
        let failure = refused(&egress, Request::new(Method::GET, &url), &policy(&[HOST])).await;
        assert!(!failure.message.contains("secret"), "{failure}");
    }
    let request = Request::new(Method::DELETE, format!("https://{HOST}/"));
    refused(&egress, request, &policy(&[HOST])).await;
    refused(&egress, get("/"), &Policy::default()).await;
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn headers_that_frame_or_route_a_message_are_refused() {
    let egress = egress(&[(HOST, nobody().await)]);
    for name in [
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "upgrade",
        "te",
        "trailer",
        "expect",
        "proxy-authorization",
        "proxy-connection",
        "accept-encoding",
    ] {
        let mut request = get("/");
        request.headers.insert(HeaderName::from_static(name), HeaderValue::from_static("x"));
        refused(&egress, request, &policy(&[HOST])).await;
    }
}

#[tokio::test]
async fn literals_of_the_own_network_are_refused_in_every_spelling() {
    let egress = Egress::new(Config::default()).unwrap();
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "169.254.169.254",
        "10.0.0.1",
        "100.64.0.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::a9fe:a9fe]",
        "[fd00:ec2::254]",
        "[2002:7f00:1::]",
    ] {
        let allowed = Policy::new([Rule::new(host, [Method::GET]).unwrap()]);
        let request = Request::new(Method::GET, format!("https://{host}/latest/meta-data"));
        let failure = refused(&egress, request, &allowed).await;
        assert!(failure.message.contains("not public"), "{failure}");
    }
}

#[tokio::test]
async fn a_name_is_refused_if_any_of_its_addresses_is_not_public() {
    for addresses in [
        &["127.0.0.1"][..],
        &["::1"],
        &["169.254.169.254"],
        &["1.1.1.1", "10.0.0.1"],
        &["2606:4700::1111", "::ffff:192.168.0.1"],
    ] {
        let names = Names::new(&[Some(addresses)]);
        let egress = Egress::with_resolver(Config::default(), names).unwrap();
        let failure = refused(&egress, get("/?key=secret"), &policy(&[HOST])).await;
        assert!(failure.message.contains("not public"), "{failure}");
        assert!(!failure.message.contains("secret"), "{failure}");
    }
}

#[tokio::test]
async fn localhost_is_refused_by_the_system_resolver_too() {
    let egress = Egress::new(Config::default()).unwrap();
    let request = Request::new(Method::GET, "https://localhost/");
    refused(&egress, request, &policy(&["localhost"])).await;
}

#[tokio::test]
async fn the_name_is_looked_up_once_so_rebinding_finds_no_second_chance() {
    let (address, connections) = raw(|_| async {}).await;
    let host = format!("{HOST}:{}", address.port());
    // The first answer is public and dead (a port nobody answers), the second would be ours.
    let names = Names::new(&[Some(&["192.0.1.1"]), Some(&["127.0.0.1"])]);
    let config = Config { connect_timeout: Duration::from_millis(200), ..Config::default() };
    let egress = Egress::with_resolver(config, names.clone()).unwrap();
    let request = Request::new(Method::GET, format!("https://{host}/"));
    let failure = egress.send(request.clone(), &policy(&[&host])).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Connect, "{failure:?}");
    assert_eq!(names.lookups.load(Ordering::SeqCst), 1);
    // The next call looks again, and the new answer is vetted again.
    refused(&egress, request, &policy(&[&host])).await;
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_operator_may_deny_a_host_and_open_a_network_for_one() {
    let (address, connections) = raw(|_| async {}).await;
    let host = format!("{HOST}:{}", address.port());
    let exception = |host: &str, network: &str| Exception { host: host.to_owned(), network: network.parse().unwrap() };
    let with = |operator| {
        let config = Config { operator, ..Config::default() };
        Egress::with_resolver(config, Names::new(&[Some(&["127.0.0.1"])])).unwrap()
    };
    let request = Request::new(Method::GET, format!("https://{host}/"));

    // Opened: the connection is made, and fails only because no TLS is spoken there.
    let opened = with(OperatorPolicy { exceptions: vec![exception(HOST, "127.0.0.0/8")], ..OperatorPolicy::default() });
    let failure = opened.send(request.clone(), &policy(&[&host])).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Connect, "{failure:?}");
    assert!(!failure.request_sent, "a failed TLS handshake sends nothing");
    assert_eq!(connections.load(Ordering::SeqCst), 1);

    // Opened for another host, or for another network, or denied by name.
    for operator in [
        OperatorPolicy { exceptions: vec![exception("other.example", "127.0.0.0/8")], ..OperatorPolicy::default() },
        OperatorPolicy { exceptions: vec![exception(HOST, "10.0.0.0/8")], ..OperatorPolicy::default() },
        OperatorPolicy { exceptions: vec![exception(HOST, "127.0.0.0/8")], denied_hosts: [HOST.to_owned()].into() },
    ] {
        refused(&with(operator), request.clone(), &policy(&[&host])).await;
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_mapping_must_lead_to_loopback() {
    let config = Config {
        sandbox: vec![Mapping { host: HOST.to_owned(), to: "10.0.0.1:80".parse().unwrap() }],
        ..Config::default()
    };
    let error = Egress::new(config).err().unwrap();
    assert!(matches!(error, InvalidConfig::SandboxNotLoopback { .. }));
}
