//! Which addresses belong to the public internet.
//!
//! A server that posts to addresses chosen by others must not reach its own network, the machine
//! it runs on, or a cloud's metadata service. The ranges follow the IANA special-purpose
//! registries (RFC 6890 and its updates). Tunnel prefixes that nobody needs any more (6to4,
//! Teredo, IPv4-compatible) are refused whole, so that nothing private can hide inside them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why `address` must not be connected to, or `None` if it is a global unicast address.
///
/// IPv4-mapped and NAT64 addresses are judged by the IPv4 address they carry.
pub fn refusal(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) => refusal_v4(v4),
        IpAddr::V6(v6) => refusal_v6(v6),
    }
}

fn refusal_v4(address: Ipv4Addr) -> Option<&'static str> {
    let octets = address.octets();
    let class = match octets {
        [0, ..] => "unspecified",
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => "private",
        [100, 64..=127, ..] => "carrier-grade NAT",
        [127, ..] => "loopback",
        [169, 254, ..] => "link-local",
        [192, 0, 0, _] => "protocol assignment",
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => "documentation",
        [192, 88, 99, _] => "6to4 relay",
        [198, 18..=19, ..] => "benchmarking",
        [224..=239, ..] => "multicast",
        [240..=255, ..] => "reserved",
        _ => return None,
    };
    Some(class)
}

fn refusal_v6(address: Ipv6Addr) -> Option<&'static str> {
    let segments = address.segments();
    let class = match segments {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => {
            return refusal_v4(embedded_v4(address));
        }
        [0, 0, 0, 0, 0, 0, 0, 0] => "unspecified",
        [0, 0, 0, 0, 0, 0, 0, 1] => "loopback",
        [0xfc00..=0xfdff, ..] => "unique local",
        [0xfe80..=0xfebf, ..] => "link-local",
        [0xff00..=0xffff, ..] => "multicast",
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => "documentation",
        [0x2001, 0, ..] => "Teredo",
        [0x2001, 2, 0, ..] => "benchmarking",
        [0x2001, 0..=0x01ff, ..] => "protocol assignment",
        [0x2002, ..] => "6to4",
        [0x2000..=0x3fff, ..] => return None,
        // Only 2000::/3 is allocated for global unicast (RFC 4291, IANA).
        _ => "reserved",
    };
    Some(class)
}

fn embedded_v4(address: Ipv6Addr) -> Ipv4Addr {
    let [.., a, b, c, d] = address.octets();
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn classes_of_addresses() {
        let refused = [
            ("0.0.0.0", "unspecified"),
            ("0.1.2.3", "unspecified"),
            ("10.0.0.1", "private"),
            ("10.255.255.255", "private"),
            ("172.16.0.1", "private"),
            ("172.31.255.255", "private"),
            ("192.168.1.1", "private"),
            ("100.64.0.1", "carrier-grade NAT"),
            ("100.127.255.255", "carrier-grade NAT"),
            ("127.0.0.1", "loopback"),
            ("127.255.0.1", "loopback"),
            ("169.254.169.254", "link-local"),
            ("169.254.0.1", "link-local"),
            ("192.0.0.170", "protocol assignment"),
            ("192.0.2.1", "documentation"),
            ("198.51.100.7", "documentation"),
            ("203.0.113.9", "documentation"),
            ("192.88.99.1", "6to4 relay"),
            ("198.18.0.1", "benchmarking"),
            ("198.19.255.255", "benchmarking"),
            ("224.0.0.1", "multicast"),
            ("239.255.255.250", "multicast"),
            ("240.0.0.1", "reserved"),
            ("255.255.255.255", "reserved"),
            ("::", "unspecified"),
            ("::1", "loopback"),
            ("::127.0.0.1", "reserved"),
            ("::8.8.8.8", "reserved"),
            ("::ffff:127.0.0.1", "loopback"),
            ("::ffff:169.254.169.254", "link-local"),
            ("::ffff:10.1.2.3", "private"),
            ("::ffff:0:10.1.2.3", "reserved"),
            ("64:ff9b::10.0.0.1", "private"),
            ("64:ff9b::169.254.169.254", "link-local"),
            ("64:ff9b:1::1", "reserved"),
            ("100::1", "reserved"),
            ("2001::1", "Teredo"),
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo"),
            ("2001:2::1", "benchmarking"),
            ("2001:10::1", "protocol assignment"),
            ("2001:20::1", "protocol assignment"),
            ("2001:db8::1", "documentation"),
            ("3fff::1", "documentation"),
            ("2002:7f00:1::1", "6to4"),
            ("2002:a9fe:a9fe::", "6to4"),
            ("4000::1", "reserved"),
            ("5f00::1", "reserved"),
            ("fc00::1", "unique local"),
            ("fd00:ec2::254", "unique local"),
            ("fe80::1", "link-local"),
            ("febf::1", "link-local"),
            ("fec0::1", "reserved"),
            ("ff02::1", "multicast"),
        ];
        for (address, class) in refused {
            assert_eq!(refusal(address.parse().unwrap()), Some(class), "{address}");
        }
        let global = [
            "1.1.1.1",
            "8.8.8.8",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "126.255.255.255",
            "128.0.0.1",
            "157.240.22.19",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.1",
            "192.0.1.1",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.1",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2001:4860:4860::8888",
            "2001:200::1",
            "2a03:2880:f12d:83:face:b00c:0:25de",
            "2606:4700::1111",
            "3ffe::1",
        ];
        for address in global {
            assert_eq!(refusal(address.parse().unwrap()), None, "{address}");
        }
    }

    proptest! {
        #[test]
        fn an_embedded_address_is_judged_like_itself(bits: u32) {
            let v4 = Ipv4Addr::from_bits(bits);
            let expected = refusal(v4.into());
            prop_assert_eq!(refusal(v4.to_ipv6_mapped().into()), expected);
            let nat64 = Ipv6Addr::from_bits(0x0064_ff9b_u128 << 96 | u128::from(bits));
            prop_assert_eq!(refusal(nat64.into()), expected);
        }

        #[test]
        fn retired_tunnels_hide_nothing(bits: u32, rest: u64) {
            let six_to_four = 0x2002_u128 << 112 | u128::from(bits) << 80 | u128::from(rest);
            let teredo = 0x2001_0000_u128 << 96 | u128::from(rest) << 32 | u128::from(!bits);
            let compatible = u128::from(bits);
            for address in [six_to_four, teredo, compatible] {
                prop_assert!(refusal(Ipv6Addr::from_bits(address).into()).is_some());
            }
        }
    }
}
