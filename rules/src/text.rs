//! What "the same text" and "a whole word" mean in any script.

use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark, is_nfc};

/// The form in which texts are compared without regard to case.
///
/// Composed (NFC), so that `u` + `¨` is `ü`; full case folding, so that `STRASSE` is `straße` and
/// both Greek sigmas are one; a typographic apostrophe is a plain one, because phones type it.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    compose(text).chars().flat_map(fold_char).collect::<String>().nfc().collect()
}

/// Lower, upper, lower: what Unicode's full case folding does to letters with more than two forms
/// (`ẞ` → `ß` → `SS` → `ss`, `ς` → `Σ` → `σ`).
fn fold_char(c: char) -> impl Iterator<Item = char> {
    let plain = if matches!(c, '\u{2019}' | '\u{02BC}') { '\'' } else { c };
    plain.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

/// The composed form (NFC) in which texts are compared with regard to case.
pub(crate) fn compose(text: &str) -> Cow<'_, str> {
    if is_nfc(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

/// Folded, trimmed, and every run of white space made one space.
pub(crate) fn fold_phrase(text: &str) -> String {
    let mut phrase = String::with_capacity(text.len());
    for word in fold(text).split_whitespace() {
        if !phrase.is_empty() {
            phrase.push(' ');
        }
        phrase.push_str(word);
    }
    phrase
}

/// Whether the phrase stands in the text without being a part of a longer word. Both are folded.
pub(crate) fn has_phrase(text: &str, phrase: &str) -> bool {
    let mut from = 0;
    while let Some(found) = text[from..].find(phrase) {
        let start = from + found;
        let end = start + phrase.len();
        if is_boundary(text, start) && is_boundary(text, end) {
            return true;
        }
        // One character on, not one phrase on: "a a" begins twice in "ba a a".
        from = start + text[start..].chars().next().map_or(1, char::len_utf8);
    }
    false
}

/// Whether a word ends or begins at this place: the characters on its two sides do not belong
/// together.
fn is_boundary(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at..].chars().next();
    match (before, after) {
        (Some(before), Some(after)) => !(joins_words(before) && joins_words(after)),
        _ => true,
    }
}

fn joins_words(c: char) -> bool {
    (c.is_alphanumeric() || c == '_' || is_combining_mark(c)) && !is_unspaced(c)
}

/// Whether the character belongs to a script that is written without spaces between words, so that
/// a boundary cannot be seen.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}'     // Thai, Lao
        | '\u{1000}'..='\u{109F}'   // Myanmar
        | '\u{1780}'..='\u{17FF}'   // Khmer
        | '\u{3040}'..='\u{30FF}'   // Hiragana, Katakana
        | '\u{3400}'..='\u{4DBF}'   // Han, extension A
        | '\u{4E00}'..='\u{9FFF}'   // Han
        | '\u{F900}'..='\u{FAFF}'   // Han, compatibility
        | '\u{20000}'..='\u{3FFFF}' // Han, further extensions
    )
}

/// The text, or its first `limit` characters and an ellipsis.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folding_ignores_case_in_every_script() {
        for (a, b) in [
            ("Müller", "MÜLLER"),
            ("Mu\u{308}ller", "Müller"),
            ("Straße", "STRASSE"),
            ("STRAẞE", "straße"),
            ("ΟΔΟΣ", "οδος"),
            ("ПРИВЕТ", "привет"),
            ("can’t", "CAN'T"),
            ("👍🏽 OK", "👍🏽 ok"),
        ] {
            assert_eq!(fold(a), fold(b), "{a} and {b}");
        }
        assert_ne!(fold("Müller"), fold("Muller"), "accents differ");
        assert_ne!(fold("👍🏽"), fold("👍"), "skin tones differ");
    }

    #[test]
    fn phrases_are_whole_words() {
        let cases = [
            ("i want a refund!", "refund", true),
            ("refunds", "refund", false),
            ("prerefund", "refund", false),
            ("refund_id", "refund", false),
            ("herr müller kommt", "müller", true),
            ("müllerei", "müller", false),
            ("a müller", "ller", false),
            ("please, a real\n person", "real person", true),
            ("ba a a", "a a", true),
            ("我要退款谢谢", "退款", true),
            ("ขอคืนเงินครับ", "คืนเงิน", true),
            ("great👍thanks", "👍", true),
            ("c++ or rust", "c++", true),
            ("हिन्दी में", "हिन", false),
        ];
        for (text, phrase, expected) in cases {
            let found = has_phrase(&fold_phrase(text), &fold_phrase(phrase));
            assert_eq!(found, expected, "{phrase:?} in {text:?}");
        }
    }

    #[test]
    fn cutting_counts_characters() {
        assert_eq!(cut("ééé", 3), "ééé");
        assert_eq!(cut("éééé", 3), "ééé…");
    }

    proptest! {
        #[test]
        fn folding_is_idempotent(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn a_phrase_between_spaces_is_found(
            before in "\\PC{0,10}", phrase in "\\PC{1,10}", after in "\\PC{0,10}"
        ) {
            let phrase = fold_phrase(&phrase);
            prop_assume!(!phrase.is_empty());
            let text = format!("{} {phrase} {}", fold_phrase(&before), fold_phrase(&after));
            prop_assert!(has_phrase(&text, &phrase));
        }
    }
}
