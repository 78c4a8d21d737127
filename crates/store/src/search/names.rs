//! Names, addresses and numbers, by parts of their words.

use super::{Found, among};
use sqlx::{Postgres, QueryBuilder};

/// What was typed, and who has it.
pub struct Search {
    pub patterns: Vec<String>,
    pub found: Found,
}

impl Search {
    /// Leaves who has it: `id` is the column that tells who, `form` what is searched of them.
    pub fn narrow(&self, query: &mut QueryBuilder<Postgres>, id: &str, form: &str) {
        match &self.found {
            Found::Few(ids) => among(query, id, ids),
            Found::Many => {
                for pattern in &self.patterns {
                    query.push(" AND ").push(form).push(" LIKE search_form(").push_bind(pattern.clone()).push(")");
                }
            }
        }
    }
}

/// The LIKE patterns for what people type: every word must be there. The longest word first, by which an index finds the
/// few who have it. A word of one or two characters must begin a word, because an index knows nothing shorter.
pub fn patterns(typed: &str) -> Vec<String> {
    patterns_of(typed.split_whitespace().map(str::to_owned))
}

/// The same where numbers are telephone numbers.
pub fn patterns_with_numbers(typed: &str) -> Vec<String> {
    patterns_of(typed.split_whitespace().filter_map(word))
}

fn patterns_of(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut words: Vec<String> = words.collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    let pattern = |word: &String| {
        let escaped = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        if word.chars().count() < 3 { format!("% {escaped}%") } else { format!("%{escaped}%") }
    };
    words.iter().map(pattern).collect()
}

/// A word as it is looked for. Of a number the digits count, without the zero that stands for its country; one or two
/// digits begin it.
fn word(text: &str) -> Option<String> {
    let is_number = text.chars().any(|c| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | '/' | '(' | ')'));
    if !is_number {
        return Some(text.to_owned());
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    let prefix = if digits.len() < 3 { "+" } else { "" };
    (!digits.is_empty()).then(|| format!("{prefix}{digits}"))
}

#[cfg(test)]
mod tests {
    use super::{patterns, patterns_with_numbers};

    #[test]
    fn every_word_is_looked_for_the_longest_first() {
        assert_eq!(patterns(" Al  Müller "), ["%Müller%", "% Al%"]);
        assert_eq!(patterns(r"50%_\"), [r"%50\%\_\\%"]);
        assert_eq!(patterns("order 12"), ["%order%", "% 12%"]);
    }

    #[test]
    fn a_number_is_found_however_it_is_written() {
        assert_eq!(patterns_with_numbers("0151/555-0123"), ["%1515550123%"]);
        assert_eq!(patterns_with_numbers("+49 (1512)"), ["%1512%", "%+49%"]);
        assert_eq!(patterns_with_numbers("00"), Vec::<String>::new());
    }
}
