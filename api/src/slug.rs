//! Short names that stand in addresses, or are typed.

/// Whether a text is one: lower-case letters, digits and these marks, of which none comes first, and at most so many.
pub fn is_slug(text: &str, marks: &[char], most: usize) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.starts_with(is_plain) && text.len() <= most && text.chars().all(|c| is_plain(c) || marks.contains(&c))
}

#[cfg(test)]
mod tests {
    use super::is_slug;

    #[test]
    fn marks_are_only_those_that_are_named_and_never_come_first() {
        for (text, good) in
            [("dev-ops", true), ("2026", true), ("", false), ("-a", false), ("A", false), ("a_b", false), ("é", false)]
        {
            assert_eq!(is_slug(text, &['-'], 7), good, "{text}");
        }
        assert!(is_slug("a_b", &['-', '_'], 3) && !is_slug("a_bc", &['-', '_'], 3));
    }
}
