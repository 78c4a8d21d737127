//! Finds texts in hex and in base64, also when they were escaped or encoded before.
//!
//! Each has a hundred forms, and this lives for one call. So what is made at once is only how the forms begin, in a
//! KB or two; the forms themselves are made when one seems to begin somewhere.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;
use zeroize::Zeroizing;

use super::SHORTEST;

/// How much of a form is looked for at first: what fits into a number. Random letters begin like this once in 2^48.
const HEAD: usize = 8;

/// So many bytes of a text are enough for the heads of all its forms.
const ENOUGH: usize = 16;

/// The encoded forms of some texts.
pub(super) struct Encoded {
    heads: Heads,
    texts: Vec<Zeroizing<String>>,
    forms: OnceLock<Vec<Zeroizing<String>>>,
}

impl Encoded {
    pub fn new(texts: &[Zeroizing<String>]) -> Self {
        let forms: Vec<String> =
            texts.iter().flat_map(|text| forms(&text[..text.floor_char_boundary(ENOUGH)])).collect();
        Self { heads: Heads::of(&forms), texts: texts.to_vec(), forms: OnceLock::new() }
    }

    /// Where the forms stand in `text`, as start and end; in no particular order.
    pub fn spans(&self, text: &[u8]) -> impl Iterator<Item = (usize, usize)> {
        self.heads.places(text).flat_map(move |start| {
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

/// How some forms begin, each as a number of its first bytes.
struct Heads {
    /// How many bytes each has: as many as the shortest form, at most [`HEAD`].
    width: usize,
    sorted: Vec<u64>,
    /// A bit for what a number may be, so that most places in a text are passed over at once.
    filter: [u64; 32],
}

impl Heads {
    fn of(forms: &[String]) -> Self {
        let width = forms.iter().map(String::len).min().unwrap_or(HEAD).min(HEAD);
        let mut sorted: Vec<u64> = forms
            .iter()
            .map(|form| form.bytes().take(width).fold(0, |head, byte| head << 8 | u64::from(byte)))
            .collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut filter = [0; 32];
        for head in &sorted {
            let (word, bit) = place(*head);
            filter[word] |= bit;
        }
        Self { width, sorted, filter }
    }

    /// Where one of the forms seems to begin.
    fn places(&self, text: &[u8]) -> impl Iterator<Item = usize> {
        let mask = u64::MAX >> (64 - 8 * self.width);
        let mut window = 0;
        text.iter().enumerate().filter_map(move |(at, byte)| {
            window = (window << 8 | u64::from(*byte)) & mask;
            let (word, bit) = place(window);
            let start = (at + 1).checked_sub(self.width)?;
            (self.filter[word] & bit != 0 && self.sorted.binary_search(&window).is_ok()).then_some(start)
        })
    }
}

/// The bit of a number in a filter: by the first bytes of a product (Knuth's multiplicative hash), the best mixed ones.
fn place(head: u64) -> (usize, u64) {
    let [word, bit, ..] = head.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
    (usize::from(word % 32), 1 << (bit % 64))
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
        /// Or a form that is to be found would be passed over.
        #[test]
        fn the_beginning_of_a_text_tells_how_its_forms_begin(text in "[ -~é€😀]{4,60}") {
            let head = |form: &String| form[..form.len().min(HEAD)].to_owned();
            let known: BTreeSet<_> = forms(&text[..text.floor_char_boundary(ENOUGH)]).iter().map(head).collect();
            for form in forms(&text) {
                prop_assert!(known.contains(&head(&form)), "{form}");
            }
        }

        #[test]
        fn every_form_is_found_wherever_it_stands(
            texts in prop::collection::vec("[ -~é]{4,30}", 1..4),
            before in "[A-Za-z0-9+/]{0,20}",
            after in "[A-Za-z0-9+/]{0,20}",
        ) {
            let texts: Vec<_> = texts.into_iter().map(Zeroizing::new).collect();
            let encoded = Encoded::new(&texts);
            for form in texts.iter().flat_map(|text| forms(text)) {
                let start = before.len();
                let found: Vec<_> = encoded.spans(format!("{before}{form}{after}").as_bytes()).collect();
                prop_assert!(found.contains(&(start, start + form.len())), "{form}: {found:?}");
            }
        }
    }

    #[test]
    fn nothing_is_found_in_what_is_short_or_other() {
        let encoded = Encoded::new(&[Zeroizing::new("a-secret-of-some-length".to_owned())]);
        for text in ["", "YS1", "YS1zZWNyZX", "612d7365637265742d6f662d736f6d652d6c656e677", &"x".repeat(1000)] {
            assert_eq!(encoded.spans(text.as_bytes()).next(), None, "{text}");
        }
        assert_eq!(Encoded::new(&[]).spans(b"anything at all").next(), None);
    }
}
