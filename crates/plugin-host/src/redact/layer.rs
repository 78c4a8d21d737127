//! Undoes one layer of escapes, remembering where each byte came from.
//!
//! What was escaped twice (a JSON string inside a JSON string, a URL inside a query) or encoded
//! and then escaped (`/` in base64, which PHP writes as `\/`) shows itself one layer below.

use memchr::memchr;

/// How a writer escapes a text. One at a time: a text that is full of `%2F` may mean just that when
/// it stands in JSON.
#[derive(Debug, Clone, Copy)]
pub(super) enum Escapes {
    Percent,
    Json,
}

impl Escapes {
    pub const ALL: [Self; 2] = [Self::Percent, Self::Json];

    const fn mark(self) -> u8 {
        match self {
            Self::Percent => b'%',
            Self::Json => b'\\',
        }
    }

    /// Appends what the escape that `text` begins with means, and tells how long it is.
    fn undo(self, text: &[u8], meant: &mut Vec<u8>) -> Option<usize> {
        match (self, text) {
            (Self::Percent, [b'%', high, low, ..]) => {
                meant.push(u8::try_from(hex(&[*high, *low])?).ok()?);
                Some(3)
            }
            (Self::Json, [b'\\', b'u', ..]) => {
                let (character, length) = unicode(text)?;
                meant.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                Some(length)
            }
            (Self::Json, [b'\\', letter, ..]) => {
                meant.push(short(*letter)?);
                Some(2)
            }
            _ => None,
        }
    }
}

/// A text of which one layer of escapes is undone.
pub(super) struct Layer {
    pub bytes: Vec<u8>,
    /// Where in the original each byte begins, and where the original ends.
    origins: Vec<usize>,
}

impl Layer {
    /// What lies below `text`; `None` if it holds no such escape.
    pub fn below(text: &[u8], escapes: Escapes) -> Option<Self> {
        Self::undo(text, escapes, |at| at)
    }

    /// What lies one layer further down.
    pub fn next(&self, escapes: Escapes) -> Option<Self> {
        Self::undo(&self.bytes, escapes, |at| self.origins[at])
    }

    /// The part of the original that stands for the bytes from `start` to `end`.
    pub fn origin(&self, (start, end): (usize, usize)) -> (usize, usize) {
        (self.origins[start], self.origins[end])
    }

    fn undo(text: &[u8], escapes: Escapes, origin: impl Fn(usize) -> usize) -> Option<Self> {
        memchr(escapes.mark(), text)?;
        let mut layer = Self { bytes: Vec::with_capacity(text.len()), origins: Vec::with_capacity(text.len() + 1) };
        let mut at = 0;
        while at < text.len() {
            let length = escapes.undo(&text[at..], &mut layer.bytes).unwrap_or_else(|| {
                layer.bytes.push(text[at]);
                1
            });
            layer.origins.resize(layer.bytes.len(), origin(at));
            at += length;
        }
        layer.origins.push(origin(text.len()));
        (layer.bytes.len() < text.len()).then_some(layer)
    }
}

/// `\u0026`, or two of them for a character beyond the basic plane.
fn unicode(text: &[u8]) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let escape = text.get(at..at + 6)?;
        escape.starts_with(b"\\u").then(|| hex(&escape[2..])).flatten()
    };
    let first = unit(0)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, 6));
    }
    let pair = [u16::try_from(first).ok()?, u16::try_from(unit(6)?).ok()?];
    char::decode_utf16(pair).next()?.ok().map(|character| (character, 12))
}

const fn short(letter: u8) -> Option<u8> {
    Some(match letter {
        b'"' | b'\\' | b'/' => letter,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        _ => return None,
    })
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn undone(text: &str, escapes: Escapes) -> Option<String> {
        Layer::below(text.as_bytes(), escapes).map(|layer| String::from_utf8(layer.bytes).unwrap())
    }

    #[test]
    fn one_layer_of_one_sort_is_undone() {
        for (text, percent, json) in [
            ("a%2Fb%2fc", Some("a/b/c"), None),
            ("%C3%A9", Some("é"), None),
            ("a%252Fb", Some("a%2Fb"), None),
            (r#"say \"hi\" \/ \\ \n"#, None, Some("say \"hi\" / \\ \n")),
            (r"\u0041\u00e9\ud83d\ude00", None, Some("Aé😀")),
            (r"\\u0041%41", Some(r"\\u0041A"), Some(r"\u0041%41")),
            (r"%5Cu0041", Some(r"\u0041"), None),
            // Whatever is no escape stays.
            (r"%41 %4 %zz %", Some("A %4 %zz %"), None),
            (r"\t\x \u12 \ud83d \ud83dx \", None, Some("\t\\x \\u12 \\ud83d \\ud83dx \\")),
        ] {
            assert_eq!(undone(text, Escapes::Percent).as_deref(), percent, "{text}");
            assert_eq!(undone(text, Escapes::Json).as_deref(), json, "{text}");
        }
        for text in ["", "plain", "100 %", "C:\\x", r"\ud83d"] {
            assert!(Escapes::ALL.iter().all(|escapes| undone(text, *escapes).is_none()), "{text}");
        }
    }

    #[test]
    fn every_byte_knows_where_it_came_from() {
        let text = r"a%2Fb\u00e9c%25\\d";
        let layer = Layer::below(text.as_bytes(), Escapes::Percent).unwrap().next(Escapes::Json).unwrap();
        assert_eq!(layer.bytes, "a/béc%\\d".as_bytes());
        for (part, original) in [("/", "%2F"), ("b", "b"), ("é", r"\u00e9"), ("%", "%25"), ("\\", r"\\"), ("d", "d")] {
            let start = layer.bytes.windows(part.len()).position(|it| it == part.as_bytes()).unwrap();
            let (start, end) = layer.origin((start, start + part.len()));
            assert_eq!(&text[start..end], original);
        }
        let twice = Layer::below(b"x%255Cny", Escapes::Percent).unwrap().next(Escapes::Percent).unwrap();
        assert_eq!(twice.bytes, b"x\\ny");
        assert_eq!(twice.origin((1, 2)), (1, 6));
    }

    proptest! {
        #[test]
        fn any_text_has_layers_that_end(text in "[%\\\\u0-9a-f\"/nd83]{0,60}", sorts in prop::collection::vec(any::<bool>(), 40)) {
            let sorts: Vec<_> = sorts.into_iter().map(|is_json| Escapes::ALL[usize::from(is_json)]).collect();
            let mut layer = Layer::below(text.as_bytes(), sorts[0]);
            let mut length = text.len();
            for sort in sorts {
                let Some(below) = layer else { break };
                prop_assert!(below.bytes.len() < length);
                prop_assert_eq!(below.origin((0, below.bytes.len())), (0, text.len()));
                length = below.bytes.len();
                layer = below.next(sort);
            }
        }
    }
}
