//! `application/x-www-form-urlencoded` as bytes.
//!
//! The usual decoders turn what is not UTF-8 into replacement characters, which a signature over
//! the original bytes then cannot match; so pairs stay bytes here until someone needs text.

use std::borrow::Cow;

/// The decoded `name=value` pairs of a query string or form body, in their order.
pub(crate) fn pairs(input: &[u8]) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
    input.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &[][..]),
        };
        (decode(name), decode(value))
    })
}

/// The value of `name` when it occurs exactly once and is UTF-8.
///
/// A repeated name is ambiguous: which of its values counts differs between parsers, so none does.
pub(crate) fn single<'a>(input: &'a [u8], name: &str) -> Option<Cow<'a, str>> {
    let mut values = pairs(input).filter(|(found, _)| found.as_ref() == name.as_bytes());
    let (_, value) = values.next()?;
    if values.next().is_some() {
        return None;
    }
    match value {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    }
}

fn decode(input: &[u8]) -> Cow<'_, [u8]> {
    if !input.iter().any(|byte| matches!(byte, b'+' | b'%')) {
        return Cow::Borrowed(input);
    }
    let mut output = Vec::with_capacity(input.len());
    let mut rest = input;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match first {
            b'+' => output.push(b' '),
            b'%' => match escape(tail) {
                Some(byte) => {
                    output.push(byte);
                    rest = &tail[2..];
                }
                None => output.push(b'%'),
            },
            byte => output.push(*byte),
        }
    }
    Cow::Owned(output)
}

/// The byte that two hexadecimal digits at the start of `input` stand for.
pub(crate) fn escape(input: &[u8]) -> Option<u8> {
    let digit = |at: usize| {
        let value = char::from(*input.get(at)?).to_digit(16)?;
        u8::try_from(value).ok()
    };
    Some(digit(0)? << 4 | digit(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(input: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        pairs(input).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
    }

    #[test]
    fn decodes_plus_and_escapes_and_keeps_what_is_no_escape() {
        assert_eq!(
            decoded(b"Body=a+b%2Bc%zz%4&Empty=&Bare&&From=%2B14158675309"),
            [
                (b"Body".to_vec(), b"a b+c%zz%4".to_vec()),
                (b"Empty".to_vec(), Vec::new()),
                (b"Bare".to_vec(), Vec::new()),
                (b"From".to_vec(), b"+14158675309".to_vec()),
            ]
        );
    }

    #[test]
    fn keeps_bytes_that_are_not_utf8() {
        assert_eq!(decoded(b"a=%ff"), [(b"a".to_vec(), vec![0xff])]);
        assert_eq!(single(b"a=%ff", "a"), None);
    }

    #[test]
    fn a_repeated_name_has_no_single_value() {
        assert_eq!(single(b"a=1&b=2", "a").as_deref(), Some("1"));
        assert_eq!(single(b"a=1&a=1", "a"), None);
        assert_eq!(single(b"a=1", "c"), None);
    }
}
