//! From text to terms.

use super::{Comparator, Term};

/// Reads a query; what makes no sense is read as words, as Shopify does.
pub(super) fn parse(query: &str) -> Term {
    let tokens = tokens(query);
    let mut rest = tokens.as_slice();
    any(&mut rest)
}

#[derive(Debug, PartialEq)]
enum Token {
    Open,
    Close,
    Or,
    Not,
    Word(String),
    /// In quotation marks from its beginning: nothing in it is an operator or a field.
    Quoted(String),
}

fn tokens(query: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut characters = query.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' | '\n' | '\r' => {}
            '(' => tokens.push(Token::Open),
            ')' => tokens.push(Token::Close),
            '-' if characters.peek().is_some_and(|next| next.is_alphabetic()) => tokens.push(Token::Not),
            first => {
                let mut word = String::new();
                let (mut quote, mut next) = (None, Some(first));
                while let Some(character) = next {
                    match (quote, character) {
                        (None, '"' | '\'') => quote = Some(character),
                        (Some(open), close) if open == close => quote = None,
                        (_, '\\') => word.extend(characters.next()),
                        (None, ' ' | '\t' | '\n' | '\r') => break,
                        (_, plain) => word.push(plain),
                    }
                    // A closing parenthesis is a token of its own.
                    next = if quote.is_none() && characters.peek() == Some(&')') { None } else { characters.next() };
                }
                let is_quoted = matches!(first, '"' | '\'');
                tokens.extend(if is_quoted { Some(Token::Quoted(word)) } else { keyword_or_word(word) });
            }
        }
    }
    tokens
}

fn keyword_or_word(word: String) -> Option<Token> {
    match word.as_str() {
        "AND" | "" => None,
        "OR" => Some(Token::Or),
        "NOT" => Some(Token::Not),
        _ => Some(Token::Word(word)),
    }
}

/// Alternatives, up to a closing parenthesis.
fn any(rest: &mut &[Token]) -> Term {
    let mut alternatives = vec![all(rest)];
    while let Some((Token::Or, after)) = rest.split_first() {
        *rest = after;
        alternatives.push(all(rest));
    }
    if alternatives.len() == 1 { alternatives.remove(0) } else { Term::Any(alternatives) }
}

fn all(rest: &mut &[Token]) -> Term {
    let mut terms = Vec::new();
    while let Some(term) = one(rest) {
        terms.push(term);
    }
    Term::All(terms)
}

fn one(rest: &mut &[Token]) -> Option<Term> {
    let (token, after) = rest.split_first()?;
    match token {
        Token::Or | Token::Close => None,
        Token::Open => {
            *rest = after;
            let inner = any(rest);
            if let Some((Token::Close, after)) = rest.split_first() {
                *rest = after;
            }
            Some(inner)
        }
        Token::Not => {
            *rest = after;
            one(rest).map(|term| Term::Not(Box::new(term)))
        }
        Token::Word(word) => {
            *rest = after;
            Some(term(word))
        }
        Token::Quoted(text) => {
            *rest = after;
            Some(Term::Text(text.clone()))
        }
    }
}

fn term(word: &str) -> Term {
    let Some((name, value)) = word.split_once(':').filter(|(name, value)| !name.is_empty() && !value.is_empty()) else {
        return Term::Text(word.to_owned());
    };
    let comparators = [
        (">=", Comparator::GreaterOrEqual),
        ("<=", Comparator::LessOrEqual),
        (">", Comparator::Greater),
        ("<", Comparator::Less),
    ];
    let found = comparators.iter().find_map(|(sign, comparator)| Some((*comparator, value.strip_prefix(sign)?)));
    let (comparator, value) = found.unwrap_or((Comparator::Is, value));
    Term::Field { name: name.to_lowercase(), comparator, value: value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotes_keep_spaces_and_colons_together() {
        let field = |name: &str, value: &str| Term::Field {
            name: name.to_owned(),
            comparator: Comparator::Is,
            value: value.to_owned(),
        };
        assert_eq!(
            parse(r#"title:"green hoodie" (sku:a\:b)"#),
            Term::All(vec![field("title", "green hoodie"), Term::All(vec![field("sku", "a:b")])])
        );
    }

    proptest! {
        #[test]
        fn any_text_is_a_query(text in ".*") {
            parse(&text);
        }
    }
}
