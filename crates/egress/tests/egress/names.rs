//! Names whose answers mix, change or fail.

use std::sync::atomic::Ordering;
use std::time::Duration;

use http::Method;
use signalbox_egress::{Config, Egress, Exception, FailureKind, OperatorPolicy, Request};

use crate::support::{HOST, Names, get, policy, raw};

/// A public address where nobody answers.
const DEAD: &str = "192.0.1.1";

fn config() -> Config {
    Config { connect_timeout: Duration::from_millis(100), ..Config::default() }
}

#[tokio::test]
async fn one_bad_address_among_good_ones_spoils_the_name() {
    let many: Vec<_> = std::iter::repeat_n("1.1.1.1", 50).chain(["10.0.0.1"]).collect();
    for addresses in [
        &["1.1.1.1", "127.0.0.1"][..],
        &["127.0.0.1", "1.1.1.1"],
        &["2606:4700::1111", "::1"],
        &["1.1.1.1", "fd00::1"],
        &["2606:4700::1111", "169.254.169.254"],
        &["1.1.1.1", "::ffff:10.0.0.1"],
        &["1.1.1.1", "64:ff9b::7f00:1"],
        &["1.1.1.1", "2002:7f00:1::1"],
        &["1.1.1.1", "0.0.0.0"],
        &many[..],
    ] {
        let names = Names::new(&[Some(addresses)]);
        let egress = Egress::with_resolver(config(), names).unwrap();
        let failure = egress.send(get("/"), &policy(&[HOST])).await.unwrap_err();
        assert_eq!((failure.kind, failure.request_sent), (FailureKind::Denied, false), "{addresses:?}: {failure:?}");
    }
}

#[tokio::test]
async fn an_exception_covers_the_addresses_in_its_network_and_no_other_of_the_answer() {
    let (ours, connections) = raw(|_| async {}).await;
    let host = format!("{HOST}:{}", ours.port());
    let exception = Exception { host: HOST.to_owned(), network: "127.0.0.1/32".parse().unwrap() };
    let operator = OperatorPolicy { exceptions: vec![exception], ..OperatorPolicy::default() };
    for addresses in [&["127.0.0.1", "127.0.0.2"][..], &["127.0.0.1", "::1"], &["10.0.0.1", "127.0.0.1"]] {
        let egress =
            Egress::with_resolver(Config { operator: operator.clone(), ..config() }, Names::new(&[Some(addresses)]));
        let request = Request::new(Method::GET, format!("https://{host}/"));
        let failure = egress.unwrap().send(request, &policy(&[&host])).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Denied, "{addresses:?}: {failure:?}");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_answer_that_turns_private_is_refused_on_every_later_call() {
    let (ours, connections) = raw(|_| async {}).await;
    let host = format!("{HOST}:{}", ours.port());
    let names = Names::new(&[Some(&[DEAD]), Some(&["127.0.0.1"]), Some(&[DEAD]), Some(&["::ffff:7f00:1"])]);
    let egress = Egress::with_resolver(config(), names.clone()).unwrap();
    for (lookup, expected) in
        [FailureKind::Connect, FailureKind::Denied, FailureKind::Connect, FailureKind::Denied].iter().enumerate()
    {
        let request = Request::new(Method::GET, format!("https://{host}/"));
        let failure = egress.send(request, &policy(&[&host])).await.unwrap_err();
        assert_eq!(failure.kind, *expected, "{lookup}: {failure:?}");
        assert_eq!(names.lookups.load(Ordering::SeqCst), lookup + 1, "one look per connection");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_second_address_is_tried_without_a_second_look() {
    let names = Names::new(&[Some(&[DEAD, "192.0.1.2", "192.0.1.3"]), Some(&["127.0.0.1"])]);
    let egress = Egress::with_resolver(config(), names.clone()).unwrap();
    let failure = egress.send(get("/"), &policy(&[HOST])).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Connect, "{failure:?}");
    assert_eq!(names.lookups.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_name_without_an_address_does_not_connect() {
    let egress = Egress::with_resolver(config(), Names::new(&[Some(&[])])).unwrap();
    let failure = egress.send(get("/?key=s3cr3t"), &policy(&[HOST])).await.unwrap_err();
    assert_eq!((failure.kind, failure.request_sent), (FailureKind::Connect, false), "{failure:?}");
    assert!(!failure.message.contains("s3cr3t"), "{failure}");
}

#[tokio::test]
async fn a_literal_is_never_looked_up() {
    let names = Names::new(&[Some(&["1.1.1.1"])]);
    let egress = Egress::with_resolver(config(), names.clone()).unwrap();
    for host in ["127.0.0.1", "2130706433", "[::1]"] {
        let request = Request::new(Method::GET, format!("https://{host}/"));
        let failure = egress.send(request, &policy(&[host])).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Denied, "{host}: {failure:?}");
    }
    assert_eq!(names.lookups.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_a_policy_refuses_is_never_looked_up() {
    let names = Names::new(&[Some(&["1.1.1.1"])]);
    let egress = Egress::with_resolver(config(), names.clone()).unwrap();
    for url in ["https://evil.example/", "http://api.provider.example/", "https://api.provider.example:8443/"] {
        egress.send(Request::new(Method::GET, url), &policy(&[HOST])).await.unwrap_err();
    }
    assert_eq!(names.lookups.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn this_machine_under_its_own_names() {
    let egress = Egress::new(config()).unwrap();
    for host in ["localhost", "LOCALHOST"] {
        let request = Request::new(Method::GET, format!("https://{host}/"));
        let failure = egress.send(request, &policy(&["localhost"])).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Denied, "{host}: {failure:?}");
    }
}
