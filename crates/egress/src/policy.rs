//! What one caller may reach: hosts and methods, nothing implied.

use http::Method;
use url::{Host, Url};

/// Why a [`Rule`] cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a host name, optionally with a port")]
pub struct InvalidRule(String);

/// One host a caller may reach, and the methods it may use there.
#[derive(Debug, Clone)]
pub struct Rule {
    host: Host<String>,
    port: u16,
    methods: Vec<Method>,
}

impl Rule {
    /// `authority` is an exact host, `graph.facebook.com`, or `example.com:8443` for a port other
    /// than 443. There are no wildcards: a label that comes from settings is filled in before.
    pub fn new(authority: &str, methods: impl IntoIterator<Item = Method>) -> Result<Self, InvalidRule> {
        let invalid = || InvalidRule(authority.to_owned());
        let url = Url::parse(&format!("https://{authority}")).map_err(|_| invalid())?;
        let is_plain = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && !authority.contains(|part: char| "/\\@".contains(part) || part.is_control());
        let host = url.host().filter(|_| is_plain).ok_or_else(invalid)?.to_owned();
        if matches!(&host, Host::Domain(name) if name.ends_with('.') || name.contains('*')) {
            return Err(invalid());
        }
        Ok(Self { host, port: url.port().unwrap_or(443), methods: methods.into_iter().collect() })
    }

    fn names(&self, url: &Url) -> bool {
        url.host().is_some_and(|host| host.to_owned() == self.host) && url.port_or_known_default() == Some(self.port)
    }
}

/// Everything one call may reach. The default reaches nothing.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    rules: Vec<Rule>,
}

impl Policy {
    /// A policy that allows what any of `rules` allows.
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Self {
        Self { rules: rules.into_iter().collect() }
    }

    /// `Err` says what is missing, in words for the author of the caller.
    pub(crate) fn check(&self, url: &Url, method: &Method) -> Result<(), String> {
        let mut known_host = false;
        for rule in self.rules.iter().filter(|rule| rule.names(url)) {
            known_host = true;
            if rule.methods.contains(method) {
                return Ok(());
            }
        }
        Err(if known_host {
            format!("the method {method} is not allowed there")
        } else {
            "the host is not on the list of allowed hosts".to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy::new([
            Rule::new("Graph.Facebook.com", [Method::GET]).unwrap(),
            Rule::new("graph.facebook.com", [Method::POST]).unwrap(),
            Rule::new("example.com:8443", [Method::GET]).unwrap(),
            Rule::new("bücher.example", [Method::GET]).unwrap(),
        ])
    }

    #[test]
    fn hosts_ports_and_methods_are_exact() {
        let cases = [
            ("https://graph.facebook.com/v1", Method::GET, true),
            ("https://GRAPH.facebook.com:443/v1", Method::POST, true),
            ("https://graph.facebook.com/v1", Method::DELETE, false),
            ("https://graph.facebook.com:8443/", Method::GET, false),
            ("https://graph.facebook.com./", Method::GET, false),
            ("https://a.graph.facebook.com/", Method::GET, false),
            ("https://facebook.com/", Method::GET, false),
            ("https://graph.facebook.com.evil.example/", Method::GET, false),
            ("https://evil.example/graph.facebook.com", Method::GET, false),
            ("https://example.com:8443/", Method::GET, true),
            ("https://example.com/", Method::GET, false),
            ("https://xn--bcher-kva.example/", Method::GET, true),
        ];
        for (url, method, allowed) in cases {
            let verdict = policy().check(&Url::parse(url).unwrap(), &method);
            assert_eq!(verdict.is_ok(), allowed, "{method} {url}: {verdict:?}");
        }
    }

    #[test]
    fn the_default_allows_nothing() {
        let url = Url::parse("https://example.com/").unwrap();
        assert!(Policy::default().check(&url, &Method::GET).is_err());
    }

    #[test]
    fn a_rule_is_a_host_and_nothing_else() {
        for authority in [
            "",
            "*",
            "*.example.com",
            "example.com/",
            "example.com/path",
            "user@example.com",
            "example.com?x",
            "example.com#x",
            "example.com.",
            "https://example.com",
            "example.com:99999",
            "two words",
        ] {
            assert!(Rule::new(authority, [Method::GET]).is_err(), "{authority}");
        }
    }
}
