//! Shopify's search syntax (<https://shopify.dev/docs/api/usage/search-syntax>).

/// The term that finds `value` in `field`, whatever characters it has.
pub fn term(field: &str, value: &str) -> String {
    let mut term = String::with_capacity(field.len() + value.len() + 3);
    term.push_str(field);
    term.push(':');
    quote(value, &mut term);
    term
}

/// Words as they were written: none of them is an operator.
pub fn words(text: &str) -> String {
    let mut query = String::with_capacity(text.len() + 8);
    for word in text.split_whitespace() {
        if !query.is_empty() {
            query.push(' ');
        }
        quote(word, &mut query);
    }
    query
}

fn quote(value: &str, query: &mut String) {
    query.push('"');
    for character in value.chars() {
        if matches!(character, '"' | '\\') {
            query.push('\\');
        }
        query.push(character);
    }
    query.push('"');
}

#[cfg(test)]
mod tests {
    use super::{term, words};

    #[test]
    fn what_people_write_stays_a_value() {
        assert_eq!(term("email", "jane@example.com"), r#"email:"jane@example.com""#);
        assert_eq!(term("email", r#"x" OR "a"#), r#"email:"x\" OR \"a""#);
        assert_eq!(term("name", r"#1001\"), "name:\"#1001\\\\\"");
        assert_eq!(words("  red -kettle status:draft "), r#""red" "-kettle" "status:draft""#);
        assert_eq!(words(" "), "");
    }
}
