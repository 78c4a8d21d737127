//! Which of the answers on offer somebody gave.

use super::Choice;

/// The choice that an answer means: by the id of the button, or else by its number or its title in what was written.
pub fn chosen<'a>(choices: &'a [Choice], id: Option<&str>, written: Option<&str>) -> Option<&'a Choice> {
    if let Some(found) = id.and_then(|id| choices.iter().find(|choice| choice.id == id)) {
        return Some(found);
    }
    let written = written?.trim();
    let by_title = || choices.iter().find(|choice| choice.title.trim().to_lowercase() == written.to_lowercase());
    // A title may be a number itself.
    by_title().or_else(|| choices.get(number(written)?.checked_sub(1)?))
}

/// `2`, and as people write it: `2.`, `2)`, `(2)`, `#2`.
fn number(written: &str) -> Option<usize> {
    let digits = written.trim_start_matches(['(', '#']).trim_end_matches(['.', ')', ' ']);
    let is_short = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_button_a_number_or_a_title() {
        let choice = |id: &str, title: &str| Choice { id: id.to_owned(), title: title.to_owned() };
        let teams = [choice("s", "Sales"), choice("h", "Ärger & Hilfe"), choice("2", "3")];
        for (id, written, meant) in [
            (Some("h"), None, Some("h")),
            // A button of another message, whose title happens to be one of these.
            (Some("x"), Some("Sales"), Some("s")),
            (Some("x"), Some("Elsewhere"), None),
            (None, Some("2"), Some("h")),
            (None, Some(" 2) "), Some("h")),
            (None, Some("(1)"), Some("s")),
            (None, Some("ärger & hilfe"), Some("h")),
            (None, Some("3"), Some("2")),
            (None, Some("0"), None),
            (None, Some("4"), None),
            (None, Some("2 lamps"), None),
            (None, Some("-1"), None),
            (None, Some(""), None),
            (None, None, None),
        ] {
            let found = chosen(&teams, id, written).map(|choice| choice.id.as_str());
            assert_eq!(found, meant, "{id:?} {written:?}");
        }
    }
}
