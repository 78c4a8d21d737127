//! Telephone numbers as WhatsApp mixes them up.
//!
//! WhatsApp names a customer by a `wa_id`, which in three countries is not the number the customer
//! has. Brazil gave mobile numbers a ninth digit after many had registered; Mexico dropped the 1
//! between country and area code; Argentina writes a 9 there for mobiles in international calls
//! only. Each rule below gives one canonical form, the country's own E.164 form of today, and the
//! other forms under which the same person may appear.

/// A number and the other ways to write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// E.164 with its `+`.
    pub canonical: String,
    /// Other forms of the same number, E.164 with their `+`.
    pub variants: Vec<String>,
}

impl Phone {
    /// Reads a number or `wa_id`: digits, with or without `+` and punctuation. `None` if it
    /// cannot be a telephone number (E.164 allows 15 digits).
    pub fn read(text: &str) -> Option<Self> {
        let digits = digits_of(text)?;
        let (canonical, variant) = match digits.get(..2) {
            Some("55") => brazil(&digits),
            Some("52") => mexico(&digits),
            Some("54") => argentina(&digits),
            _ => None,
        }
        .unwrap_or((digits, None));
        Some(Self {
            canonical: format!("+{canonical}"),
            variants: variant.map(|variant| format!("+{variant}")).into_iter().collect(),
        })
    }
}

/// The canonical digits and, if there is one, the other form.
type Forms = (String, Option<String>);

/// `55`, a two-digit area code, and a mobile number of nine digits: a 9, then what was the number
/// of eight digits, which began with 6 to 9. Landlines have eight digits and begin with 2 to 5.
fn brazil(digits: &str) -> Option<Forms> {
    let (area, number) = (digits.get(2..4)?, digits.get(4..)?);
    match number.len() {
        8 if was_mobile(number) => Some((format!("55{area}9{number}"), Some(digits.to_owned()))),
        9 => {
            let old = number.strip_prefix('9').filter(|old| was_mobile(old))?;
            Some((digits.to_owned(), Some(format!("55{area}{old}"))))
        }
        _ => None,
    }
}

fn was_mobile(number: &str) -> bool {
    matches!(number.as_bytes().first(), Some(b'6'..=b'9'))
}

/// `52` and ten digits, before which mobiles used to have a 1.
fn mexico(digits: &str) -> Option<Forms> {
    let national = match digits.len() {
        12 => &digits[2..],
        13 => digits[2..].strip_prefix('1')?,
        _ => return None,
    };
    Some((format!("52{national}"), Some(format!("521{national}"))))
}

/// `54`, a 9 for mobiles, and ten digits. Without the 9 it may be a landline, which is somebody
/// else's: only the form with the 9 knows the other.
fn argentina(digits: &str) -> Option<Forms> {
    let national = digits[2..].strip_prefix('9').filter(|_| digits.len() == 13)?;
    Some((digits.to_owned(), Some(format!("54{national}"))))
}

fn digits_of(text: &str) -> Option<String> {
    let mut digits = String::with_capacity(text.len());
    for (position, byte) in text.trim().bytes().enumerate() {
        match byte {
            b'0'..=b'9' => digits.push(char::from(byte)),
            b'+' if position == 0 => {}
            b' ' | b'-' | b'(' | b')' | b'.' => {}
            _ => return None,
        }
    }
    (5..=15).contains(&digits.len()).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::Phone;

    #[test]
    fn numbers_have_one_canonical_form() {
        for (read, canonical, variants) in [
            // Anywhere else a number is what it is.
            ("16505551234", "+16505551234", &[][..]),
            ("+44 7700 900123", "+447700900123", &[]),
            ("+1 (983) 555-2319", "+19835552319", &[]),
            // Brazil: the ninth digit of a mobile.
            ("5541988887777", "+5541988887777", &["+554188887777"]),
            ("554188887777", "+5541988887777", &["+554188887777"]),
            ("+55 11 96666-5555", "+5511966665555", &["+551166665555"]),
            // Brazil: landlines begin with 2 to 5 and have eight digits.
            ("554132345678", "+554132345678", &[]),
            ("5541932345678", "+5541932345678", &[]),
            ("55418888777", "+55418888777", &[]),
            // Mexico: with and without the 1.
            ("5215512345678", "+525512345678", &["+5215512345678"]),
            ("525512345678", "+525512345678", &["+5215512345678"]),
            ("525212345678", "+525212345678", &["+5215212345678"]),
            ("5255123", "+5255123", &[]),
            // Argentina: the 9 of a mobile; without it, perhaps a landline.
            ("5491112345678", "+5491112345678", &["+541112345678"]),
            ("541112345678", "+541112345678", &[]),
            ("54911123", "+54911123", &[]),
        ] {
            let phone = Phone::read(read).unwrap();
            assert_eq!(phone.canonical, canonical, "{read}");
            assert_eq!(phone.variants, variants, "{read}");
        }
    }

    #[test]
    fn what_is_no_number_is_not_read() {
        for text in ["", "549", "US.13491208655302741918", "1650555123412345", "16505551234x", "１６５０５５５"]
        {
            assert_eq!(Phone::read(text), None, "{text}");
        }
    }

    #[test]
    fn both_forms_have_the_same_canonical_one() {
        for (one, other) in [("5541988887777", "554188887777"), ("5215512345678", "525512345678")] {
            assert_eq!(Phone::read(one), Phone::read(other));
        }
    }
}
