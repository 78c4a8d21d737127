//! Fresh identifiers in the shapes Meta uses.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Who wrote a message; a wamid tells the two apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    Customer,
    Business,
}

/// A message id: `wamid.` and the Base64 of the customer's identifier and a random hexadecimal part,
/// laid out as in real ids.
pub(crate) fn wamid(author: Author, customer: &str) -> String {
    let (direction, random) = match author {
        Author::Customer => (0x12, format!("3A{}", random_hex())),
        Author::Business => (0x11, random_hex()),
    };
    let mut bytes = vec![0x1c, 0x18, length(customer)];
    bytes.extend_from_slice(customer.as_bytes());
    bytes.extend_from_slice(&[0x15, 0x02, 0x00, direction, 0x18, length(&random)]);
    bytes.extend_from_slice(random.as_bytes());
    bytes.push(0x00);
    format!("wamid.{}", STANDARD.encode(bytes))
}

/// A media id: 16 digits.
pub(crate) fn media_id() -> String {
    fill_digits("1###############")
}

/// The `fbtrace_id` of an error.
pub(crate) fn trace_id() -> String {
    format!("A{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>()))
}

/// A conversation id: 32 hexadecimal digits.
pub(crate) fn conversation_id() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

/// The pattern with every `#` replaced by a random digit.
pub(crate) fn fill_digits(pattern: &str) -> String {
    pattern
        .chars()
        .map(|character| match character {
            '#' => char::from(b'0' + rand::random::<u8>() % 10),
            other => other,
        })
        .collect()
}

fn random_hex() -> String {
    hex::encode_upper(rand::random::<[u8; 9]>())
}

fn length(text: &str) -> u8 {
    u8::try_from(text.len()).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wamid_has_the_layout_of_a_real_one() {
        let real = STANDARD.decode("HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=").unwrap();
        let ours = wamid(Author::Customer, "16503879439");
        let ours = STANDARD.decode(ours.strip_prefix("wamid.").unwrap()).unwrap();
        assert_eq!(ours.len(), real.len());
        assert_eq!(ours[..22], real[..22]);
    }

    #[test]
    fn wamids_differ() {
        assert_ne!(wamid(Author::Business, "1"), wamid(Author::Business, "1"));
    }
}
