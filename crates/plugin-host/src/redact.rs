//! Takes secrets out of what comes back from a provider.
//!
//! An allowed host that echoes its input would otherwise hand a secret to the guest. Each secret is
//! looked for as it is and in the forms it takes on the way through headers, URLs and JSON: in any
//! mixture of escapes, in hex, and in base64 at each of the three alignments.

mod escaped;

use std::borrow::Cow;
use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memchr3_iter;
use zeroize::Zeroizing;

use crate::call::CallSecrets;

const REPLACEMENT: &[u8] = b"[redacted]";

/// Shorter texts occur everywhere by chance; a secret that short protects nothing.
const SHORTEST: usize = 4;

/// Replaces every form of the secrets of one call.
pub(crate) struct Redactor(Option<Forms>);

struct Forms {
    secrets: Vec<Zeroizing<String>>,
    /// Hex and base64, which have few forms each.
    encoded: AhoCorasick,
}

impl Redactor {
    pub fn new(secrets: &CallSecrets) -> Self {
        let secrets: Vec<_> = secrets
            .values()
            // Headers lose the space around a value, and a space at the start may become a `+`.
            .map(str::trim)
            .filter(|secret| secret.len() >= SHORTEST)
            .map(|secret| Zeroizing::new(secret.to_owned()))
            .collect();
        if secrets.is_empty() {
            return Self(None);
        }
        let mut encoded = BTreeSet::new();
        for secret in &secrets {
            encoded.insert(hex::encode(secret.as_bytes()));
            encoded.insert(hex::encode_upper(secret.as_bytes()));
            for before in 0..3 {
                encoded.extend(base64_inside(secret.as_bytes(), before));
            }
        }
        let encoded = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            // The quickest to build: it lives for one call and reads a few kilobytes.
            .kind(Some(AhoCorasickKind::NoncontiguousNFA))
            .build(&encoded)
            .expect("the forms of a few secrets are far below the automaton's limits");
        Self(Some(Forms { secrets, encoded }))
    }

    /// `bytes` without secrets.
    pub fn bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        match self.0.as_ref().and_then(|forms| forms.redact(&bytes)) {
            Some(redacted) => redacted,
            None => bytes,
        }
    }

    /// `text` without secrets.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.0.as_ref().and_then(|forms| forms.redact(text.as_bytes())) {
            Some(redacted) => Cow::Owned(String::from_utf8_lossy(&redacted).into_owned()),
            None => Cow::Borrowed(text),
        }
    }
}

impl Forms {
    /// `None` if there is nothing to replace.
    fn redact(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut spans = self.escaped_spans(bytes);
        spans.extend(self.encoded.find_iter(bytes).map(|found| (found.start(), found.end())));
        if spans.is_empty() {
            return None;
        }
        spans.sort_unstable();
        let mut redacted = Vec::with_capacity(bytes.len());
        let mut done = 0;
        for (start, end) in spans {
            // Where two overlap, what sticks out of the first goes with it.
            if start >= done {
                redacted.extend_from_slice(&bytes[done..start]);
                redacted.extend_from_slice(REPLACEMENT);
            }
            done = done.max(end);
        }
        redacted.extend_from_slice(&bytes[done..]);
        Some(redacted)
    }

    fn escaped_spans(&self, bytes: &[u8]) -> Vec<(usize, usize)> {
        let mut spans = Vec::new();
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
                    spans.push((start, done));
                }
            }
        }
        spans
    }
}

/// The letters that `bytes` give in base64, in both alphabets, wherever they follow `before`
/// (mod 3) other bytes. The letters at both ends are shared with the neighbours, so they are left
/// out; if hardly any remain, nothing is.
fn base64_inside(bytes: &[u8], before: usize) -> impl Iterator<Item = String> {
    let mut padded = vec![0; before];
    padded.extend_from_slice(bytes);
    let start = (before * 8).div_ceil(6);
    let end = padded.len() * 8 / 6;
    [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)]
        .into_iter()
        .filter_map(move |text| text.get(start..end).map(str::to_owned))
        .filter(|inside| inside.len() >= SHORTEST)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

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

    proptest! {
        /// As in `Authorization: Basic base64(user:secret)`, echoed by a server.
        #[test]
        fn base64_is_found_at_any_alignment(
            before in proptest::collection::vec(any::<u8>(), 0..8),
            secret in "[ -~]{12,40}",
            after in proptest::collection::vec(any::<u8>(), 0..8),
        ) {
            let whole = [&before[..], secret.as_bytes(), &after].concat();
            let redactor = redactor(&[&secret]);
            for encoded in [STANDARD.encode(&whole), URL_SAFE.encode(&whole)] {
                let redacted = redactor.text(&encoded).into_owned();
                // At most the letters shared with the neighbours may be left of it.
                prop_assert!(redacted.contains("[redacted]"), "{encoded}");
                let left = redacted.replace("[redacted]", "").len();
                let around = STANDARD.encode([&before[..], &after].concat()).len();
                prop_assert!(left <= around + 8, "{encoded} became {redacted}");
            }
        }
    }
}
