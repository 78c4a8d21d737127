//! Finds texts in hex and in base64, also when they were escaped or encoded before.
//!
//! Each has a hundred forms, and this lives for one call. So what is made at once is an automaton that
//! finds how the forms begin; the forms themselves are made when it has found something.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;
use zeroize::Zeroizing;

use super::SHORTEST;

/// How much of a form the automaton looks for. Random letters begin like this once in 2^72.
const HEAD: usize = 12;

/// So many bytes of a text are enough for the heads of all its forms.
const ENOUGH: usize = 24;

/// The encoded forms of some texts.
pub(super) struct Encoded {
    heads: AhoCorasick,
    texts: Vec<Zeroizing<String>>,
    forms: OnceLock<Vec<Zeroizing<String>>>,
}

impl Encoded {
    pub fn new(texts: &[Zeroizing<String>]) -> Self {
        let heads: BTreeSet<String> = texts
            .iter()
            .flat_map(|text| forms(&text[..text.floor_char_boundary(ENOUGH)]))
            // Every form is ASCII, so it can be cut anywhere.
            .map(|form| form[..form.len().min(HEAD)].to_owned())
            .collect();
        let heads = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::NoncontiguousNFA))
            .build(&heads)
            .expect("some hundred short texts are far below the automaton's limits");
        Self { heads, texts: texts.to_vec(), forms: OnceLock::new() }
    }

    /// Where the forms stand in `text`, as start and end; in no particular order.
    pub fn spans(&self, text: &[u8]) -> impl Iterator<Item = (usize, usize)> {
        self.heads.find_overlapping_iter(text).flat_map(move |head| {
            let start = head.start();
            self.forms()
                .iter()
                .filter(move |form| text[start..].starts_with(form.as_bytes()))
                .map(move |form| (start, start + form.len()))
        })
    }

    fn forms(&self) -> &[Zeroizing<String>] {
        self.forms.get_or_init(|| self.texts.iter().flat_map(|text| forms(text)).map(Zeroizing::new).collect())
    }
}

/// Hex and base64 of `text`, of its usual escapes, and of its own hex and base64.
fn forms(text: &str) -> BTreeSet<String> {
    let mut forms: BTreeSet<String> = encodings(text.as_bytes()).collect();
    let again: Vec<String> = forms.iter().flat_map(|form| encodings(form.as_bytes())).collect();
    for escaped in escapes(text).iter().filter(|escaped| *escaped != text) {
        forms.extend(encodings(escaped.as_bytes()));
    }
    forms.extend(again);
    forms
}

fn encodings(bytes: &[u8]) -> impl Iterator<Item = String> {
    let hex = [hex::encode(bytes), hex::encode_upper(bytes)];
    hex.into_iter().chain((0..3).flat_map(|before| base64_inside(bytes, before)))
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

/// As URLs, forms and JSON strings hold `text` before someone encodes the whole of them.
fn escapes(text: &str) -> [String; 3] {
    let percent = |kept: &[u8], space: &str| {
        text.bytes().fold(String::new(), |escaped, byte| match byte {
            b' ' => escaped + space,
            b if b.is_ascii_alphanumeric() || kept.contains(&b) => escaped + &char::from(b).to_string(),
            b => escaped + &format!("%{b:02X}"),
        })
    };
    let quoted = Value::from(text).to_string();
    [percent(b"-_.~", "%20"), percent(b"-_.*", "+"), quoted[1..quoted.len() - 1].to_owned()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Or the automaton would pass over a form that it is to find.
        #[test]
        fn the_beginning_of_a_text_tells_how_its_forms_begin(text in "[ -~é€😀]{4,60}") {
            let head = |form: &String| form[..form.len().min(HEAD)].to_owned();
            let known: BTreeSet<_> = forms(&text[..text.floor_char_boundary(ENOUGH)]).iter().map(head).collect();
            for form in forms(&text) {
                prop_assert!(known.contains(&head(&form)), "{form}");
            }
        }
    }
}
