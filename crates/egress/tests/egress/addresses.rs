//! Which addresses are refused: written in the URL, or as what a name resolves to.

use std::net::IpAddr;

use http::Method;
use signalbox_egress::{Config, Egress, Exception, FailureKind, OperatorPolicy, Policy, Request, Rule, refusal};

use crate::support::{HOST, Names, get, policy};

async fn refused(egress: &Egress, host: &str, what: &str) {
    let allowed = Policy::new([Rule::new(host, [Method::GET]).unwrap()]);
    let request = Request::new(Method::GET, format!("https://{host}/latest/meta-data?key=s3cr3t"));
    let failure = egress.send(request, &allowed).await.expect_err(what);
    assert_eq!((failure.kind, failure.request_sent), (FailureKind::Denied, false), "{what}: {failure:?}");
    assert!(failure.message.contains("not public"), "{what}: {failure}");
    assert!(!failure.message.contains("s3cr3t"), "{failure}");
}

/// Each of `addresses` is refused as a literal, and as what a name resolves to.
async fn never_reached(addresses: &[&str]) {
    let egress = Egress::new(Config::default()).unwrap();
    for address in addresses {
        let parsed: IpAddr = address.parse().unwrap();
        let literal = if parsed.is_ipv6() { format!("[{address}]") } else { (*address).to_owned() };
        refused(&egress, &literal, address).await;
    }
    let answers: Vec<_> = addresses.iter().map(std::slice::from_ref).map(Some).collect();
    let egress = Egress::with_resolver(Config::default(), Names::new(&answers)).unwrap();
    for address in addresses {
        refused(&egress, HOST, address).await;
    }
}

#[tokio::test]
async fn this_machine() {
    never_reached(&["127.0.0.1", "127.0.0.2", "127.1.2.3", "127.255.255.255", "::1"]).await;
}

#[tokio::test]
async fn no_address_at_all() {
    never_reached(&["0.0.0.0", "0.0.0.1", "0.255.255.255", "::"]).await;
}

#[tokio::test]
async fn private_networks() {
    never_reached(&["10.0.0.0", "10.255.255.255", "172.16.0.1", "172.20.10.5", "172.31.255.255", "192.168.0.1"]).await;
}

#[tokio::test]
async fn unique_local_networks() {
    never_reached(&["fc00::1", "fd00::1", "fd12:3456:789a::1", "fdff:ffff::1", "fd00:ec2::254"]).await;
}

#[tokio::test]
async fn the_link_and_the_metadata_services_on_it() {
    never_reached(&["169.254.0.0", "169.254.169.254", "169.254.170.2", "169.254.255.255"]).await;
    never_reached(&["fe80::1", "fe80::a9fe:a9fe", "fe9f::1", "febf:ffff::1", "fec0::1", "feff::1"]).await;
}

#[tokio::test]
async fn networks_behind_carrier_grade_nat() {
    never_reached(&["100.64.0.0", "100.64.0.1", "100.100.100.200", "100.127.255.255"]).await;
}

#[tokio::test]
async fn multicast_and_broadcast() {
    never_reached(&["224.0.0.1", "224.0.0.251", "239.255.255.250", "255.255.255.255"]).await;
    never_reached(&["ff01::1", "ff02::1", "ff02::fb", "ff0e::1", "ffff::1"]).await;
}

#[tokio::test]
async fn what_is_reserved() {
    never_reached(&["240.0.0.1", "247.1.2.3", "255.255.255.254"]).await;
    never_reached(&["100::1", "200::1", "1000::1", "4000::1", "5f00::1", "8000::1", "e000::1", "fe00::1"]).await;
}

#[tokio::test]
async fn addresses_for_documentation_and_benchmarks() {
    never_reached(&["192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.255"]).await;
    never_reached(&["2001:db8::1", "2001:db8:ffff::1", "3fff::1", "3fff:fff::1", "2001:2::1", "2001:2:0:ffff::1"])
        .await;
}

#[tokio::test]
async fn assignments_of_protocols() {
    never_reached(&["192.0.0.1", "192.0.0.8", "192.0.0.170", "192.0.0.171", "192.88.99.1"]).await;
    never_reached(&["2001:1::1", "2001:3::1", "2001:4:112::1", "2001:10::1", "2001:20::1", "2001:30::1"]).await;
}

#[tokio::test]
async fn ipv4_inside_ipv6_is_judged_by_the_ipv4() {
    never_reached(&[
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::ffff:10.0.0.1",
        "::ffff:172.16.0.1",
        "::ffff:192.168.1.1",
        "::ffff:169.254.169.254",
        "::ffff:100.64.0.1",
        "::ffff:0.0.0.0",
        "::ffff:224.0.0.1",
        "::ffff:255.255.255.255",
    ])
    .await;
}

#[tokio::test]
async fn addresses_that_embed_ipv4_in_ways_of_the_past() {
    // IPv4-compatible (RFC 4291, section 2.5.5.1) and IPv4-translated (RFC 2765), public or not.
    never_reached(&["::7f00:1", "::10.0.0.1", "::169.254.169.254", "::8.8.8.8"]).await;
    never_reached(&["::ffff:0:7f00:1", "::ffff:0:10.0.0.1", "::ffff:0:8.8.8.8"]).await;
}

#[tokio::test]
async fn tunnels_6to4_and_teredo() {
    // 6to4 of 127.0.0.1, 10.0.0.1, 169.254.169.254 and 8.8.8.8.
    never_reached(&["2002:7f00:1::1", "2002:a00:1::1", "2002:a9fe:a9fe::1", "2002:808:808::1"]).await;
    never_reached(&["2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:0:7f00:1::1"]).await;
}

#[tokio::test]
async fn translation_nat64() {
    never_reached(&["64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b::6440:1"]).await;
    // The prefix for local use, and what is next to the well-known one.
    never_reached(&["64:ff9b:1::1", "64:ff9b:1:ffff::808:808", "64:ff9b:2::1", "64:ff9b::1:808:808"]).await;
}

#[tokio::test]
async fn ipv4_in_every_spelling_that_means_it() {
    let egress = Egress::new(Config::default()).unwrap();
    for host in [
        "2130706433",
        "0x7f000001",
        "0X7F000001",
        "017700000001",
        "0177.0.0.1",
        "0177.0.0.01",
        "0x7f.0.0.1",
        "0x7f.0x0.0x0.0x1",
        "127.1",
        "127.0.1",
        "127.0x1",
        "0x7f.1",
        "127.0.0.1.",
        "127.00000.00000.1",
        "%31%32%37.0.0.1",
        "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
        "127\u{3002}0\u{3002}0\u{3002}1",
        "0",
        "0x0",
        "0x",
        "2852039166",
        "0xa9fea9fe",
        "169.254.43518",
        "0251.0376.0251.0376",
        "10.1",
        "192.168.257",
        "3232235777",
    ] {
        refused(&egress, host, host).await;
    }
}

#[tokio::test]
async fn ipv6_in_every_spelling_that_means_it() {
    let egress = Egress::new(Config::default()).unwrap();
    for host in [
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[0000:0000:0000:0000:0000:0000:0000:0001]",
        "[::0.0.0.1]",
        "[::FFFF:7F00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[FE80::1]",
        "[FD00:EC2::254]",
        "[64:FF9B::A9FE:A9FE]",
    ] {
        refused(&egress, host, host).await;
    }
}

#[tokio::test]
async fn numbers_that_are_no_address_are_no_host_either() {
    for host in ["256.256.256.256", "1.2.3.4.5", "4294967296", "0x100000000", "[::1", "[::g]", "[fe80::1%25eth0]"] {
        assert!(Rule::new(host, [Method::GET]).is_err(), "{host}");
        let request = Request::new(Method::GET, format!("https://{host}/"));
        let failure = Egress::new(Config::default()).unwrap().send(request, &policy(&[HOST])).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Denied, "{host}: {failure:?}");
    }
}

#[test]
fn next_to_what_is_refused_the_internet_goes_on() {
    for public in [
        "1.0.0.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "::ffff:1.1.1.1",
        "64:ff9b::1.1.1.1",
        "2000::1",
        "2001:200::1",
        "2001:db7::1",
        "2001:db9::1",
        "2003::1",
        "2606:4700::1111",
        "3ffe::1",
        "3fff:1000::1",
    ] {
        assert_eq!(refusal(public.parse().unwrap()), None, "{public}");
    }
}

#[tokio::test]
async fn an_exception_is_for_one_host_one_network_and_one_way_of_writing_it() {
    let exception = |host: &str, network: &str| Exception { host: host.to_owned(), network: network.parse().unwrap() };
    let with = |exceptions, answer: &str| {
        let operator = OperatorPolicy { exceptions, ..OperatorPolicy::default() };
        Egress::with_resolver(Config { operator, ..Config::default() }, Names::new(&[Some(&[answer])])).unwrap()
    };
    for (exceptions, answer) in [
        (vec![exception("other.example", "10.0.0.0/8")], "10.0.0.1"),
        (vec![exception(HOST, "10.0.0.0/16")], "10.1.0.1"),
        (vec![exception(HOST, "10.0.0.0/8")], "192.168.0.1"),
        (vec![exception(HOST, "10.0.0.0/8")], "::ffff:10.0.0.1"),
        (vec![exception(HOST, "10.0.0.0/8")], "64:ff9b::a00:1"),
        (vec![exception(HOST, "0.0.0.0/0")], "::1"),
        (vec![exception(HOST, "::/0")], "127.0.0.1"),
        (vec![exception("10.0.0.1", "10.0.0.0/8")], "10.0.0.1"),
    ] {
        let failure = with(exceptions, answer).send(get("/"), &policy(&[HOST])).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Denied, "{answer}: {failure:?}");
    }
}
