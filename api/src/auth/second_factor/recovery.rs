//! Recovery codes, for whoever has lost their app: ten, each good once.

use sha2::{Digest, Sha256};

const COUNT: usize = 10;
/// Without those that are mistaken for each other: 5 bits each.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Ten new codes of 80 bits, in groups of four letters and digits.
pub fn generate() -> Vec<String> {
    let group = || -> String { (0..4).map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())])).collect() };
    (0..COUNT).map(|_| [group(), group(), group(), group()].join("-")).collect()
}

/// What lies in the database. A code is random and long, so a plain hash does. However it was typed, it is the same.
pub fn hash(code: &str) -> Vec<u8> {
    let typed: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    Sha256::digest(typed.to_ascii_lowercase()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_differ_and_may_be_typed_anyhow() {
        let codes: HashSet<_> = generate().into_iter().collect();
        assert_eq!(codes.len(), COUNT);
        for code in codes {
            assert_eq!(code.len(), 19, "{code}");
            assert_eq!(hash(&code), hash(&code.replace('-', " ").to_uppercase()));
        }
    }
}
