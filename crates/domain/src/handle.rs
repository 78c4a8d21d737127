//! Telephone numbers and e-mail addresses: what means the same person in every channel, if it is theirs.

/// A telephone number in E.164 form, from what people write: with blanks, hyphens, dots, slashes and brackets, and `00`
/// for `+`. Without its country a number may be anybody's: `None`.
///
/// ```
/// assert_eq!(domain::handle::phone("+49 (151) 555-0123").as_deref(), Some("+491515550123"));
/// assert_eq!(domain::handle::phone("0151 5550123"), None);
/// ```
pub fn phone(text: &str) -> Option<String> {
    let plain: String =
        text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}' | '\u{202f}')).collect();
    let digits = plain.strip_prefix('+').or_else(|| plain.strip_prefix("00"))?;
    let fits = (7..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| format!("+{digits}"))
}

/// An e-mail address as it is compared: without the space around it, in lower case; of at most 255 characters.
pub fn email(text: &str) -> Option<String> {
    let address = text.trim().to_lowercase();
    let (user, host) = address.split_once('@')?;
    let plausible = !user.is_empty()
        && is_domain(host)
        && !address.contains(|c: char| c.is_whitespace() || c.is_control())
        && address.chars().count() <= 255;
    plausible.then_some(address)
}

/// A domain as it is compared: in lower case, without the `@` or `www.` that people put before it.
pub fn domain(text: &str) -> Option<String> {
    let domain = text.trim().trim_start_matches('@').to_lowercase();
    let domain = domain.strip_prefix("www.").unwrap_or(&domain).trim_end_matches('.');
    is_domain(domain).then(|| domain.to_owned())
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    text.contains('.') && text.len() <= 253 && text.split('.').all(is_label)
}

/// The domain of an e-mail address, if it says for whom somebody works.
pub fn company_domain(email: &str) -> Option<&str> {
    email.rsplit_once('@').map(|(_, domain)| domain).filter(|domain| !is_free_mail(domain))
}

/// Whether anybody can have an address there.
pub fn is_free_mail(domain: &str) -> bool {
    FREE_MAIL.binary_search(&domain).is_ok()
}

/// Providers whose addresses say nothing about an employer: the widely used ones of the world, of Europe, the Americas
/// and Asia. In alphabetical order.
const FREE_MAIL: &[&str] = &[
    "126.com",
    "163.com",
    "aol.com",
    "arcor.de",
    "bigpond.com",
    "bluewin.ch",
    "bol.com.br",
    "btinternet.com",
    "comcast.net",
    "fastmail.com",
    "free.fr",
    "freenet.de",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.de",
    "hotmail.fr",
    "icloud.com",
    "interia.pl",
    "laposte.net",
    "libero.it",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.ru",
    "mailbox.org",
    "me.com",
    "msn.com",
    "naver.com",
    "o2.pl",
    "online.de",
    "orange.fr",
    "outlook.com",
    "outlook.de",
    "pm.me",
    "posteo.de",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "rediffmail.com",
    "seznam.cz",
    "sfr.fr",
    "t-online.de",
    "tutanota.com",
    "uol.com.br",
    "verizon.net",
    "wanadoo.fr",
    "web.de",
    "wp.pl",
    "yahoo.co.jp",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.com.br",
    "yahoo.de",
    "yahoo.fr",
    "yandex.com",
    "yandex.ru",
    "zoho.com",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_needs_its_country() {
        for (written, number) in [
            ("+49 (151) 555-0123", Some("+491515550123")),
            ("0049 151/5550123", Some("+491515550123")),
            (" +1.555.010.0199", Some("+15550100199")),
            ("0151 5550123", None),
            ("+0151 5550123", None),
            ("+1234567890123456", None),
            ("+49151x", None),
            ("+1", None),
            ("", None),
        ] {
            assert_eq!(phone(written).as_deref(), number, "{written}");
        }
    }

    #[test]
    fn addresses_are_compared_in_lower_case() {
        assert_eq!(email(" Ada@Example.COM ").as_deref(), Some("ada@example.com"));
        assert_eq!(email("jürgen@müller.example").as_deref(), Some("jürgen@müller.example"));
        for wrong in ["", "ada", "@example.com", "ada@localhost", "a da@example.com", "a@b@c.example", "a@-b.example"] {
            assert_eq!(email(wrong), None, "{wrong}");
        }
        assert_eq!(email(&format!("{}@example.com", "x".repeat(250))), None);
    }

    #[test]
    fn a_domain_is_taken_as_people_write_it() {
        assert_eq!(domain("@Acme.Example").as_deref(), Some("acme.example"));
        assert_eq!(domain("www.acme.example.").as_deref(), Some("acme.example"));
        for wrong in ["acme", "https://acme.example", "acme..example", ""] {
            assert_eq!(domain(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn free_mail_is_nobodys_company() {
        assert!(FREE_MAIL.is_sorted());
        assert_eq!(company_domain("ada@acme.example"), Some("acme.example"));
        assert_eq!(company_domain("ada@gmail.com"), None);
        assert_eq!(company_domain("nobody"), None);
    }
}
