//! Whether somebody wants to talk to a person.

/// Common ways to say so, where the tenant has named none.
pub const FOR_A_PERSON: &[&str] = &[
    "human",
    "real person",
    "talk to someone",
    "speak to someone",
    "representative",
    "live agent",
    "mensch",
    "echte person",
    "mitarbeiter",
    "mitarbeiterin",
    "humano",
    "humana",
    "persona real",
    "asesor",
    "humain",
    "vraie personne",
    "conseiller",
    "umano",
    "persona reale",
    "operatore",
    "atendente",
    "pessoa real",
    "medewerker",
    "człowiek",
    "człowiekiem",
    "konsultant",
    "konsultantem",
    "человек",
    "человеком",
    "оператор",
    "insan",
    "temsilci",
    "إنسان",
    "موظف",
    "人工",
    "真人",
    "担当者",
    "사람",
    "상담원",
];

/// Whether a phrase stands in a text: whole words of it, whatever the case and the spaces. Scripts that write no spaces
/// between words have no whole words.
pub fn is_in(phrase: &str, text: &str) -> bool {
    let (phrase, text) = (folded(phrase), folded(text));
    !phrase.is_empty() && text.match_indices(&phrase).any(|(at, _)| stands_alone(&text, at, at + phrase.len()))
}

fn folded(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn stands_alone(text: &str, from: usize, to: usize) -> bool {
    let joined = |before: Option<char>, after: Option<char>| {
        before.zip(after).is_some_and(|(before, after)| is_of_a_word(before) && is_of_a_word(after))
    };
    let edges = |at: usize| (text[..at].chars().next_back(), text[at..].chars().next());
    [edges(from), edges(to)].into_iter().all(|(before, after)| !joined(before, after))
}

/// Whether a character is part of a word that spaces end.
fn is_of_a_word(c: char) -> bool {
    // Thai to Myanmar and Khmer; CJK with kana; Hangul, whose words carry their particles.
    let is_unspaced = matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
    c.is_alphanumeric() && !is_unspaced
}

#[cfg(test)]
mod tests {
    use super::{FOR_A_PERSON, is_in};

    #[test]
    fn a_phrase_is_found_as_whole_words_in_any_script() {
        for (phrase, text, found) in [
            ("human", "I want a HUMAN!", true),
            ("human", "humanity", false),
            ("human", "superhuman", false),
            ("real person", "a  real\nperson, please", true),
            ("real person", "realperson", false),
            ("mensch", "Gibt es hier Menschen?", false),
            ("человек", "Мне нужен ЧЕЛОВЕК", true),
            ("人工", "我要人工客服", true),
            ("사람", "사람과 이야기하고 싶어요", true),
            ("", "anything", false),
            (" ", "anything", false),
        ] {
            assert_eq!(is_in(phrase, text), found, "{phrase} in {text}");
        }
    }

    #[test]
    fn what_customers_say_about_their_lamps_is_no_call_for_a_person() {
        for text in
            ["My lamp is broken", "2", "Where is order 1001?", "Ich möchte eine Lampe", "¿Dónde está mi pedido?"]
        {
            assert!(!FOR_A_PERSON.iter().any(|phrase| is_in(phrase, text)), "{text}");
        }
    }
}
