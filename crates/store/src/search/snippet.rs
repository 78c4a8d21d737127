//! The part of a message that shows why it was found.

use crate::Result;
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashMap};

/// How much of a message a snippet shows, in characters.
const LENGTH: usize = 160;
/// How much of it comes before the first word that was found.
const BEFORE: usize = 50;

/// A piece of a snippet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// What it says.
    pub text: String,
    /// Whether it is a word that was looked for.
    pub is_match: bool,
}

/// The snippets of texts for what was typed.
///
/// The database says how it compares words, so that what it found is what is shown as found.
pub async fn of(conn: &mut PgConnection, typed: &str, texts: &[&str]) -> Result<Vec<Vec<Fragment>>> {
    let words: BTreeSet<&str> = texts.iter().flat_map(|text| pieces(text)).filter(|piece| is_word(piece)).collect();
    let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    let row = sqlx::query!(
        r#"SELECT tsvector_to_array(search_words($1)) AS "typed!",
                  ARRAY(SELECT search_form(word) FROM unnest($2::text[]) WITH ORDINALITY AS u (word, place)
                         ORDER BY place) AS "forms!: Vec<String>""#,
        typed,
        &words
    );
    let row = row.fetch_one(conn).await?;
    let forms: HashMap<&str, String> = words.iter().map(String::as_str).zip(row.forms).collect();
    let is_match = |word: &str| forms.get(word).is_some_and(|form| row.typed.iter().any(|sought| begins(form, sought)));
    Ok(texts.iter().map(|text| cut(text, is_match)).collect())
}

/// As `search_query` has it: longer words may be beginnings.
fn begins(form: &str, sought: &str) -> bool {
    if sought.chars().count() > 2 { form.starts_with(sought) } else { form == sought }
}

/// A text as words and what is between them, in turn.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(|c: char| !c.is_alphanumeric()).flat_map(|piece| {
        let end =
            piece.char_indices().next_back().filter(|(_, c)| !c.is_alphanumeric()).map_or(piece.len(), |(at, _)| at);
        [&piece[..end], &piece[end..]].into_iter().filter(|piece| !piece.is_empty())
    })
}

fn is_word(piece: &str) -> bool {
    piece.starts_with(char::is_alphanumeric)
}

/// The pieces around the first match, those alike put together.
fn cut(text: &str, is_match: impl Fn(&str) -> bool) -> Vec<Fragment> {
    let pieces: Vec<_> = pieces(text).map(|piece| (piece, is_word(piece) && is_match(piece))).collect();
    let start = start(&pieces);
    let mut fragments: Vec<Fragment> = Vec::new();
    let mut length = 0;
    if start > 0 {
        put(&mut fragments, "…", false);
    }
    for (piece, is_match) in &pieces[start..] {
        length += piece.chars().count();
        if length > LENGTH && !fragments.is_empty() {
            put(&mut fragments, "…", false);
            break;
        }
        put(&mut fragments, piece, *is_match);
    }
    fragments
}

/// The piece that a snippet begins with: a word, not too far before the first match.
fn start(pieces: &[(&str, bool)]) -> usize {
    let Some(first) = pieces.iter().position(|(_, is_match)| *is_match) else { return 0 };
    let mut before = 0;
    let mut start = first;
    for (at, (piece, _)) in pieces[..first].iter().enumerate().rev() {
        before += piece.chars().count();
        if before > BEFORE {
            return start;
        }
        if is_word(piece) {
            start = at;
        }
    }
    0
}

fn put(fragments: &mut Vec<Fragment>, text: &str, is_match: bool) {
    // A snippet is one line.
    let text = if text.chars().all(char::is_whitespace) { " " } else { text };
    match fragments.last_mut() {
        Some(last) if last.is_match == is_match => last.text.push_str(text),
        _ => fragments.push(Fragment { text: text.to_owned(), is_match }),
    }
}

#[cfg(test)]
mod tests {
    use super::cut;

    fn shown(text: &str, sought: &str) -> String {
        let fragments = cut(text, |word| word.to_lowercase().starts_with(sought));
        fragments.into_iter().map(|f| if f.is_match { format!("[{}]", f.text) } else { f.text }).collect()
    }

    #[test]
    fn words_that_were_found_are_marked() {
        assert_eq!(shown("Where is my order? Order 12!", "ord"), "Where is my [order]? [Order] 12!");
        assert_eq!(shown("anna@example.com", "exa"), "anna@[example].com");
        assert_eq!(shown("one\ntwo", "two"), "one [two]");
        assert_eq!(shown("", "x"), "");
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_of_them() {
        let text = format!("{}here it is {}", "before ".repeat(40), "behind ".repeat(40));
        let shown = shown(&text, "here");
        assert!(shown.starts_with("…before before"), "{shown}");
        assert!(shown.contains("before [here] it is behind"), "{shown}");
        assert!(shown.ends_with('…'), "{shown}");
        assert!(shown.chars().count() < 180, "{shown}");
    }

    #[test]
    fn a_text_without_spaces_is_not_left_out() {
        let text = "x".repeat(1_000);
        assert_eq!(shown(&text, "x").chars().count(), 1_002);
    }
}
