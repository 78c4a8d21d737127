//! Takes secrets out of what comes back from a provider.
//!
//! An allowed host that echoes its input would otherwise hand a secret to the guest. Each secret is
//! looked for as it is and in the forms it takes on the way through headers, URLs and JSON: in any
//! mixture of escapes, in hex, and in base64 at each of the three alignments; and once more in the
//! forms that these forms take. What else a host may do to a secret, such as turning it round, is
//! not undone: see `docs/plugins/security.md`.

mod encoded;
mod escaped;
mod layer;

use std::borrow::Cow;
use std::sync::OnceLock;

use memchr::{memchr3_iter, memmem};
use zeroize::Zeroizing;

use crate::call::CallSecrets;
use encoded::Encoded;
use layer::{Escapes, Layer};

const REPLACEMENT: &str = "[redacted]";

/// Shorter texts occur everywhere by chance; a secret that short protects nothing.
const SHORTEST: usize = 4;

/// How many bytes one byte of a secret may take, escaped and encoded twice.
const SPREAD: usize = 36;

/// Replaces every form of the secrets of one call.
pub(crate) struct Redactor {
    secrets: Vec<Zeroizing<String>>,
    /// Built when something is read for the first time: most calls say nothing to be redacted.
    encoded: OnceLock<Encoded>,
}

impl Redactor {
    pub fn new(secrets: &CallSecrets) -> Self {
        let secrets = secrets
            .values()
            // Headers lose the space around a value, and a space at the start may become a `+`.
            .map(str::trim)
            .filter(|secret| secret.len() >= SHORTEST)
            .map(|secret| Zeroizing::new(secret.to_owned()))
            .collect();
        Self { secrets, encoded: OnceLock::new() }
    }

    /// `bytes` without secrets.
    pub fn bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        self.redact(&bytes, bytes.len()).unwrap_or(bytes)
    }

    /// `text` without secrets.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.redact(text.as_bytes(), text.len()) {
            Some(redacted) => Cow::Owned(String::from_utf8_lossy(&redacted).into_owned()),
            None => Cow::Borrowed(text),
        }
    }

    /// The beginning of `text`, at most `limit` bytes, without secrets.
    ///
    /// Cut after it was redacted, or the cut could leave half a secret that nothing matches; yet of
    /// a long text no more is read than that takes.
    pub fn excerpt<'a>(&self, text: &'a str, limit: usize) -> Cow<'a, str> {
        let reach = self.secrets.iter().map(|secret| secret.len() * SPREAD).max().unwrap_or(0);
        let read = &text[..text.floor_char_boundary(limit.saturating_add(reach))];
        // What begins in the last part of a cut text may be half a secret.
        let whole = if read.len() < text.len() { read.floor_char_boundary(limit) } else { read.len() };
        let cut = |text: &str| text.floor_char_boundary(limit);
        match self.redact(read.as_bytes(), whole) {
            Some(redacted) => {
                let redacted = String::from_utf8_lossy(&redacted);
                Cow::Owned(redacted[..cut(&redacted)].to_owned())
            }
            None => Cow::Borrowed(&read[..cut(read)]),
        }
    }

    /// The name of a header without secrets. HTTP hands names over in lower case, so that is how a
    /// secret in one looks.
    pub fn name(&self, name: &str) -> String {
        let holds = |secret: &str| memmem::find(name.as_bytes(), secret.to_ascii_lowercase().as_bytes()).is_some();
        if self.secrets.iter().any(|secret| secret.len() <= name.len() && holds(secret)) {
            return REPLACEMENT.to_owned();
        }
        self.text(name).into_owned()
    }

    fn encoded(&self) -> &Encoded {
        self.encoded.get_or_init(|| Encoded::new(&self.secrets))
    }

    /// `bytes` up to `stop` without the secrets that begin there; `None` if `bytes` hold none.
    fn redact(&self, bytes: &[u8], stop: usize) -> Option<Vec<u8>> {
        let mut spans = self.spans(bytes);
        if spans.is_empty() {
            return None;
        }
        spans.sort_unstable();
        let mut redacted = Vec::with_capacity(bytes.len());
        let mut done = 0;
        for (start, end) in spans.into_iter().take_while(|(start, _)| *start < stop) {
            // Where two overlap, what sticks out of the first goes with it.
            if start >= done {
                redacted.extend_from_slice(&bytes[done..start]);
                redacted.extend_from_slice(REPLACEMENT.as_bytes());
            }
            done = done.max(end);
        }
        redacted.extend_from_slice(&bytes[done.min(stop)..stop]);
        Some(redacted)
    }

    /// Where secrets stand in `bytes`, on the surface and below.
    fn spans(&self, bytes: &[u8]) -> Vec<(usize, usize)> {
        let mut spans = Vec::new();
        if self.secrets.is_empty() {
            return spans;
        }
        self.spans_on(bytes, |span| spans.push(span));
        // Two layers down; on each, the escapes of one more are understood.
        for layer in Escapes::ALL.iter().filter_map(|escapes| Layer::below(bytes, *escapes)) {
            self.spans_on(&layer.bytes, |span| spans.push(layer.origin(span)));
            for below in Escapes::ALL.iter().filter_map(|escapes| layer.next(*escapes)) {
                self.spans_on(&below.bytes, |span| spans.push(below.origin(span)));
            }
        }
        spans
    }

    fn spans_on(&self, bytes: &[u8], mut found: impl FnMut((usize, usize))) {
        self.encoded().spans(bytes).for_each(&mut found);
        for secret in &self.secrets {
            // Every spelling begins with the first byte itself or with an escape.
            let first = secret.as_bytes()[0];
            let mut done = 0;
            for start in memchr3_iter(first, b'%', b'\\', bytes) {
                if start < done {
                    continue;
                }
                if let Some(length) = escaped::match_length(&bytes[start..], secret) {
                    done = start + length;
                    found((start, done));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;

    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use proptest::prelude::*;
    use zeroize::Zeroizing;

    use super::*;

    fn redactor(secrets: &[&str]) -> Redactor {
        let secrets: BTreeMap<_, _> = secrets
            .iter()
            .enumerate()
            .map(|(n, secret)| (format!("s{n}"), Zeroizing::new((*secret).to_owned())))
            .collect();
        Redactor::new(&CallSecrets::new(secrets))
    }

    #[test]
    fn every_form_is_replaced_wherever_it_stands() {
        let secret = "sk/live+é\"x?y 9";
        let redactor = redactor(&[secret]);
        for form in [
            secret,
            "736b2f6c6976652bc3a92278 3f792039".replace(' ', "").as_str(),
            "736B2F6C6976652BC3A922783F792039",
            "sk%2Flive%2B%C3%A9%22x%3Fy%209",
            "sk%2flive%2b%c3%a9%22x%3fy%209",
            "sk%2Flive%2B%C3%A9%22x%3Fy+9",
            r#"sk/live+é\"x?y 9"#,
            r#"sk/live+\u00e9\"x?y 9"#,
            r#"sk\/live+é\"x?y 9"#,
            r#"sk\/live+\u00e9\"x?y 9"#,
            // As it stands in a path, where not everything must be escaped.
            "sk/live+%C3%A9%22x%3Fy%209",
        ] {
            let echoed = format!("before {form} after");
            assert_eq!(redactor.text(&echoed), "before [redacted] after", "{form}");
            assert_eq!(redactor.bytes(echoed.into_bytes()), b"before [redacted] after");
        }
    }

    #[test]
    fn forms_of_forms_are_replaced() {
        let secret = "sk/live+é\"x?y 9";
        let redactor = redactor(&[secret]);
        for form in [
            // Escaped twice, in one way or in two.
            "sk%252Flive%252B%25C3%25A9%2522x%253Fy%25209",
            r#"sk/live+é\\\"x?y 9"#,
            r#"sk\\/live+\\u00e9\\\"x?y 9"#,
            r#"sk\/live+%C3%A9\"x?y 9"#,
            "sk/live%2B%5Cu00e9%5C%22x?y+9",
            r"sk\u00252Flive+\u0025C3%A9%22x?y 9",
            "%2573%256b%252flive+%25C3%25A9%2522x?y+9",
            // Encoded, and then escaped.
            "%37%33%36b2f6c6976652bc3a922783f792039",
            r"c2svbGl2ZSvDqSJ4P3kgO",
            r"c2svbGl2ZSvDqSJ4P3kgO".replace('v', "%76").as_str(),
            // Encoded twice.
            hex::encode(hex::encode(secret)).as_str(),
            hex::encode_upper(hex::encode(secret)).as_str(),
        ] {
            let echoed = format!("before {form} after");
            assert_eq!(redactor.text(&echoed), "before [redacted] after", "{form}");
        }
    }

    #[test]
    fn half_a_secret_is_never_left_at_the_end_of_an_excerpt() {
        let secret = "a-secret-of-some-length";
        let redactor = redactor(&[secret, "four"]);
        for before in 0..200 {
            let text = format!("{}four {secret}{}", "é".repeat(before), "z".repeat(5000));
            let excerpt = redactor.excerpt(&text, 100);
            assert!(excerpt.len() <= 100, "{excerpt}");
            assert!(!excerpt.contains("a-") && !excerpt.contains("four"), "{before}: {excerpt}");
        }
        assert_eq!(redactor.excerpt("short", 100), "short");
        assert_eq!(redactor.excerpt(&"é".repeat(100), 99), "é".repeat(49));
        assert_eq!(redactor.excerpt(&format!("x {secret}"), 4), "x [r");
        assert_eq!(super::Redactor::new(&CallSecrets::default()).excerpt("12345", 3), "123");
    }

    #[test]
    fn a_secret_in_the_name_of_a_header_is_found_in_lower_case() {
        let redactor = redactor(&["EAAG-Token-7"]);
        for name in ["eaag-token-7", "x-eaag-token-7-x", "x-454141472d546f6b656e2d37", "x-454141472d746f6b656e2d37"] {
            let redacted = redactor.name(name);
            let is_form = !name.contains("746f");
            assert_eq!(redacted != name, is_form, "{name}");
        }
        assert_eq!(redactor.name("content-type"), "content-type");
        assert_eq!(super::Redactor::new(&CallSecrets::default()).name("etag"), "etag");
    }

    #[test]
    fn several_secrets_and_secrets_within_secrets() {
        let redactor = redactor(&["token", "token-long", "other"]);
        assert_eq!(redactor.text("token-long other token"), "[redacted] [redacted] [redacted]");
    }

    #[test]
    fn space_around_a_secret_does_not_hide_it() {
        let redactor = redactor(&[" token\n"]);
        assert_eq!(redactor.text("(token)"), "([redacted])");
        assert_eq!(redactor.text("+token%0A"), "+[redacted]%0A");
    }

    #[test]
    fn what_is_no_secret_stays() {
        let text = "nothing here";
        assert_eq!(redactor(&["token"]).text(text), text);
        assert_eq!(redactor(&[]).text(text), text);
        assert_eq!(redactor(&["", "a", "the", "  \t  "]).text("a the b"), "a the b");
        assert_eq!(redactor(&["token"]).bytes(vec![0, 255, 7]), [0, 255, 7]);
    }

    /// Escapes and encodings as servers make them.
    fn transform(kind: u8, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes);
        let quoted = |text: &str| {
            let quoted = serde_json::Value::from(text).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        };
        let percent = |space: &str| {
            let mut escaped = String::new();
            for byte in bytes {
                match byte {
                    b' ' => escaped.push_str(space),
                    b if b.is_ascii_alphanumeric() || b"-_.~".contains(b) => escaped.push(char::from(*b)),
                    b => write!(escaped, "%{b:02X}").unwrap(),
                }
            }
            escaped
        };
        match kind {
            0 => STANDARD.encode(bytes),
            1 => URL_SAFE.encode(bytes),
            2 => hex::encode(bytes),
            3 => hex::encode_upper(bytes),
            4 => percent("%20"),
            5 => percent("+"),
            6 => quoted(&text),
            _ => text.into_owned(),
        }
    }

    proptest! {
        /// As in `Authorization: Basic base64(user:secret)`, echoed by a server, that one behind another.
        #[test]
        fn a_secret_is_found_through_two_transforms_at_any_alignment(
            before in "[ -~]{0,8}",
            secret in "[!-~]{12,40}",
            after in "[ -~]{0,8}",
            first in 0..8u8,
            second in 0..8u8,
        ) {
            let redactor = redactor(&[&secret]);
            let both = |text: &str| transform(second, transform(first, text.as_bytes()).as_bytes());
            let redacted = redactor.text(&both(&format!("{before}{secret}{after}"))).into_owned();
            prop_assert!(redacted.contains("[redacted]"), "{redacted}");
            // At most the letters shared with the neighbours may be left of it.
            let left = redacted.replace("[redacted]", "").len();
            let around = both(&format!("{before}{after}")).len();
            prop_assert!(left <= around + 24, "{redacted}");
        }
    }
}
