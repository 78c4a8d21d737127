//! HubSpot shows some bodies as HTML: plain text has to be written as such.

/// The text with its line breaks, and nothing in it that is markup.
pub fn of_text(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '\n' => html.push_str("<br>"),
            '\r' => {}
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::of_text;

    #[test]
    fn text_is_no_markup() {
        assert_eq!(of_text("a <b> & \"c\"\r\nd"), "a &lt;b&gt; &amp; \"c\"<br>d");
    }
}
