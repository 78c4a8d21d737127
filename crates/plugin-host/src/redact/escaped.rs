//! Finds a text in any mixture of its escapes.
//!
//! Writers differ in what they escape: browsers leave `:` in a path, Go writes `&` in JSON as
//! `\u0026`, PHP writes `/` as `\/`. So each character is accepted in every spelling it can have
//! in a URL or a JSON string, rather than the whole in a few fixed ones.

/// Length of the longest spelling of `secret` that `text` begins with.
pub(super) fn match_length(text: &[u8], secret: &str) -> Option<usize> {
    // A character can have spellings of several lengths (`%` itself, or `%25`), so all the places
    // one can be at are followed. Nothing is allocated where not even the first character fits.
    let mut characters = secret.chars();
    let mut places = Vec::new();
    spellings(text, characters.next()?, |length| places.push(length));
    for character in characters {
        let mut next = Vec::new();
        for place in places {
            spellings(&text[place..], character, |length| {
                if !next.contains(&(place + length)) {
                    next.push(place + length);
                }
            });
        }
        if next.is_empty() {
            return None;
        }
        places = next;
    }
    places.into_iter().max()
}

/// Reports the length of each spelling of `character` that `text` begins with.
fn spellings(text: &[u8], character: char, mut found: impl FnMut(usize)) {
    if let Some(length) = in_url(text, character) {
        found(length);
    }
    if text.starts_with(character.encode_utf8(&mut [0; 4]).as_bytes()) {
        found(character.len_utf8());
    }
    if let [b'\\', escape, ..] = text {
        if *escape == b'u'
            && let Some(length) = in_unicode_escapes(text, character)
        {
            found(length);
        }
        if short_escape(character) == Some(*escape) {
            found(2);
        }
    }
}

/// Percent-escapes, for which each byte of a character stands alone; `+` for a space.
fn in_url(text: &[u8], character: char) -> Option<usize> {
    if character == ' ' && text.first() == Some(&b'+') {
        return Some(1);
    }
    let mut place = 0;
    for byte in character.encode_utf8(&mut [0; 4]).bytes() {
        let escape = text.get(place..place + 3)?;
        if escape[0] != b'%' || hex_value(&escape[1..])? != u32::from(byte) {
            return None;
        }
        place += 3;
    }
    Some(place)
}

/// `\u0026`, or two of them for a character beyond the basic plane.
fn in_unicode_escapes(text: &[u8], character: char) -> Option<usize> {
    let mut place = 0;
    for unit in character.encode_utf16(&mut [0; 2]) {
        let escape = text.get(place..place + 6)?;
        if !escape.starts_with(b"\\u") || hex_value(&escape[2..])? != u32::from(*unit) {
            return None;
        }
        place += 6;
    }
    Some(place)
}

fn short_escape(character: char) -> Option<u8> {
    Some(match character {
        '"' => b'"',
        '\\' => b'\\',
        '/' => b'/',
        '\u{8}' => b'b',
        '\u{c}' => b'f',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        _ => return None,
    })
}

fn hex_value(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_spellings_of_one_secret() {
        let secret = "a/b+&\"é 😀%";
        for spelling in [
            secret,
            "a%2Fb%2B%26%22%C3%A9%20%F0%9F%98%80%25",
            "a/b+&%22%c3%a9+%f0%9f%98%80%",
            r#"a\/b+\u0026\"\u00e9 \ud83d\ude00%"#,
            r"a/b\u002B&\u0022\u00E9\u0020\uD83D\uDE00\u0025",
        ] {
            assert_eq!(match_length(spelling.as_bytes(), secret), Some(spelling.len()), "{spelling}");
            let cut = &spelling.as_bytes()[..spelling.len() - 1];
            assert_ne!(match_length(cut, secret), Some(spelling.len()), "{spelling}");
        }
        for other in ["", "a", "b/b", "a%2Gb", "a\\", "a\\u00", "%"] {
            assert_eq!(match_length(other.as_bytes(), secret), None, "{other}");
        }
    }

    #[test]
    fn a_percent_sign_is_itself_or_an_escape() {
        assert_eq!(match_length(b"100%25", "100%"), Some(6));
        assert_eq!(match_length(b"100%25", "100%25"), Some(6));
        assert_eq!(match_length(b"100%2525", "100%25"), Some(8));
    }

    proptest! {
        #[test]
        fn any_mixture_is_found(characters in proptest::collection::vec((any::<char>(), 0..4u8), 1..30)) {
            let secret: String = characters.iter().map(|(character, _)| *character).collect();
            let mut text = String::new();
            for (character, spelling) in characters {
                match spelling {
                    0 => text.push(character),
                    1 => {
                        for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                            write!(text, "%{byte:02X}").unwrap();
                        }
                    }
                    2 => {
                        for unit in character.encode_utf16(&mut [0; 2]) {
                            write!(text, "\\u{unit:04x}").unwrap();
                        }
                    }
                    _ => {
                        let quoted = serde_json::Value::from(character.to_string()).to_string();
                        text.push_str(&quoted[1..quoted.len() - 1]);
                    }
                }
            }
            prop_assert_eq!(match_length(text.as_bytes(), &secret), Some(text.len()));
        }
    }
}
