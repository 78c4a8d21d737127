//! Rules and URLs: the lines are a rule's host, a method, a URL, and where that URL redirects to.

use std::net::IpAddr;

use egress::{Policy, Rule, fuzzing::admit, refusal};
use http::{Method, Uri};
use url::{Host, Url};

use crate::Outcome;
use crate::lines::Lines;

/// What is admitted leads to the host of the rule and nowhere else, to every reader of the URL.
pub fn run(data: &[u8]) -> Outcome {
    admitted(data).map_or(Outcome::Refused, |()| Outcome::Accepted)
}

fn admitted(data: &[u8]) -> Option<()> {
    let mut lines = Lines(data);
    let authority = lines.text()?;
    let method = Method::from_bytes(lines.bytes()).ok()?;
    let (url, location) = (lines.text()?, lines.text()?);
    let rule = Rule::new(authority, [method.clone()]).ok()?;
    let policy = Policy::new([rule]);
    let url = admit(url, &method, &policy).ok()?;
    check(authority, &method, &url);
    if let Ok(next) = url.join(location)
        && let Ok(next) = admit(next.as_str(), &method, &policy)
    {
        check(authority, &method, &next);
    }
    let other = Policy::new([Rule::new("other.example", [method.clone()]).expect("a host")]);
    assert!(url.host_str() == Some("other.example") || admit(url.as_str(), &method, &other).is_err());
    Some(())
}

fn check(authority: &str, method: &Method, url: &Url) {
    assert!(![Method::CONNECT, Method::TRACE].contains(method));
    assert_eq!(url.scheme(), "https");
    assert!(url.username().is_empty() && url.password().is_none(), "{url}");

    let rule = Url::parse(&format!("https://{authority}")).expect("a rule's host is that of a URL");
    assert_eq!((rule.host(), rule.port()), (url.host(), url.port()), "{authority} and {url}");
    for part in ["@", "/", "?", "#", "*", "\\"] {
        assert!(!authority.contains(part), "{authority} is more than a host");
    }

    match url.host().expect("an https URL has a host") {
        Host::Ipv4(address) => assert_eq!(refusal(address.into()), None, "{url}"),
        Host::Ipv6(address) => assert_eq!(refusal(address.into()), None, "{url}"),
        Host::Domain(name) => {
            assert!(name.parse::<IpAddr>().is_err(), "a resolver would take {name} for an address");
            assert!(!name.ends_with('.') && !name.contains('*'), "{name}");
        }
    }

    // The HTTP library reads the URL again.
    let Ok(uri) = url.as_str().parse::<Uri>() else { return };
    assert_eq!(uri.host(), url.host_str(), "{url}");
    assert_eq!(uri.port_u16(), url.port(), "{url}");
    assert!(uri.authority().is_some_and(|authority| !authority.as_str().contains('@')), "{url}");
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    assert!(target.starts_with('/') && !target.contains(|byte: char| byte.is_control() || byte == ' '), "{target:?}");
}
