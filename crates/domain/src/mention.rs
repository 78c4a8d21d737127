//! Who is spoken to by name: `@Ada`, `@Ada Lovelace`, in any script.

use crate::UserId;
use std::collections::HashMap;

/// The people that a text mentions, each once, in the order of their first mention.
///
/// An `@` mentions somebody where a word could begin and a name follows: the whole name, or its first word where only
/// one person has it; of several that fit, the longest. Neither an e-mail address nor a longer word mentions anybody.
pub fn mentions<'a>(text: &str, people: impl IntoIterator<Item = (UserId, &'a str)>) -> Vec<UserId> {
    if !text.contains('@') {
        return Vec::new();
    }
    let names = names(people);
    let mut found = Vec::new();
    for (at, _) in text.match_indices('@') {
        if text[..at].chars().next_back().is_some_and(is_of_a_word) {
            continue;
        }
        if let Some(user) = longest(&text[at + 1..], &names)
            && !found.contains(&user)
        {
            found.push(user);
        }
    }
    found
}

/// What people are called, in lower case; a name that two have in common names nobody.
fn names<'a>(people: impl IntoIterator<Item = (UserId, &'a str)>) -> HashMap<String, Option<UserId>> {
    let mut names: HashMap<String, Option<UserId>> = HashMap::new();
    for (user, name) in people {
        let whole = name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let first = whole.split(' ').next().unwrap_or_default().to_owned();
        for name in [Some(whole.clone()), Some(first).filter(|first| *first != whole)].into_iter().flatten() {
            if !name.is_empty() {
                names
                    .entry(name)
                    .and_modify(|known| *known = known.filter(|known| *known == user))
                    .or_insert(Some(user));
            }
        }
    }
    names
}

/// The person with the longest name that the text begins with.
fn longest(text: &str, names: &HashMap<String, Option<UserId>>) -> Option<UserId> {
    let text = text.to_lowercase();
    let fits = |name: &str| {
        text.strip_prefix(name).is_some_and(|rest| {
            let mut rest = rest.chars();
            match rest.next() {
                // `@ada.lovelace` and `@ada@example.com` are addresses, `@ada.` ends a sentence.
                Some('.' | '@' | '-' | '_') => !rest.next().is_some_and(is_of_a_word),
                Some(next) => !is_of_a_word(next),
                None => true,
            }
        })
    };
    names.iter().filter(|(name, _)| fits(name)).max_by_key(|(name, _)| name.len()).and_then(|(_, user)| *user)
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_script_are_found_and_addresses_are_not() {
        let ids: Vec<_> = (0..6).map(|_| UserId::new()).collect();
        let people = ["Ada Lovelace", "Ada Yonath", "Зоя Космодемьянская", "李雷", "Müller", "Björn"];
        let find = |text: &str| mentions(text, ids.iter().copied().zip(people));
        for (text, expected) in [
            ("@Ada Lovelace and @MÜLLER, please", vec![0, 4]),
            // Two are called so.
            ("@Ada please", vec![]),
            ("@Зоя, смотри", vec![2]),
            ("请@李雷看一下", vec![]),
            ("请 @李雷 看一下", vec![3]),
            ("(@Björn)", vec![5]),
            ("@björn.", vec![5]),
            ("mail björn@müller.example or @müller.example", vec![]),
            ("@müllers", vec![]),
            ("@Björn @Björn @Müller", vec![5, 4]),
            ("@", vec![]),
            ("nobody", vec![]),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|place: usize| ids[place]).collect();
            assert_eq!(find(text), expected, "{text}");
        }
    }
}
