//! What the e-mails say.

use super::Letter;
use chrono::{DateTime, Utc};

/// Asks somebody to join.
pub fn invitation(tenant: &str, inviter: &str, link: &str, until: DateTime<Utc>) -> Letter {
    letter(
        &format!("{inviter} invites you to {tenant}"),
        &[&format!("{inviter} invites you to work with {tenant} in Signalbox. Choose a name and a password:")],
        ("Join", link),
        &[&until_when(until), "If you do not know why you were invited, ignore this e-mail."],
    )
}

/// Lets somebody set a password.
pub fn password_reset(tenant: &str, link: &str, until: DateTime<Utc>) -> Letter {
    letter(
        &format!("A new password for {tenant}"),
        &[&format!("Somebody, probably you, asked for a new password for {tenant} in Signalbox. Choose it here:")],
        ("Choose a password", link),
        &[&until_when(until), "If it was not you, ignore this e-mail: nobody else gets to see the link."],
    )
}

fn until_when(until: DateTime<Utc>) -> String {
    format!("The link is good once, until {}.", until.format("%Y-%m-%d %H:%M UTC"))
}

/// The same words twice. In a subject, whatever would end the line is a blank.
fn letter(subject: &str, before: &[&str], (label, link): (&str, &str), after: &[&str]) -> Letter {
    let paragraph = |text: &&str| format!("<p>{}</p>", escaped(text));
    let text = before.iter().copied().chain([link]).chain(after.iter().copied()).collect::<Vec<_>>().join("\n\n");
    let button = format!("<p><a href=\"{}\">{}</a></p>", escaped(link), escaped(label));
    let paragraphs =
        before.iter().map(paragraph).chain([button]).chain(after.iter().map(paragraph)).collect::<Vec<_>>().join("\n");
    let html = format!("<!doctype html>\n<html lang=\"en\">\n<body>\n{paragraphs}\n</body>\n</html>\n");
    Letter { subject: subject.replace(char::is_control, " "), text: text + "\n", html }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_and_nothing_else() {
        let until = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        let letter = invitation("A & B", "<b>Eve</b>\r\nBcc: all@b.example", "https://us.example/x#token=1", until);
        assert!(!letter.subject.contains(['\r', '\n']), "{}", letter.subject);
        assert!(letter.html.contains("A &amp; B") && !letter.html.contains("<b>"), "{}", letter.html);
        for part in [&letter.text, &letter.html] {
            assert!(part.contains("https://us.example/x#token=1") && part.contains("2026-11-18"), "{part}");
        }
    }
}
