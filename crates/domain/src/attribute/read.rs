//! From what somebody wrote to a value of a kind.

use super::Kind;
use crate::rich::{Choice, chosen};
use chrono::NaiveDate;
use serde_json::{Value, json};

const YES: &[&str] =
    &["yes", "y", "true", "ja", "j", "oui", "sí", "si", "sim", "sì", "tak", "да", "evet", "はい", "是"];
const NO: &[&str] = &["no", "n", "false", "nein", "non", "não", "nie", "нет", "hayır", "いいえ", "否"];

/// The most options that are told apart by numbers.
const NUMBERED: usize = 99;

impl Kind {
    /// The value that a written answer means. `None`: it means none of this kind.
    pub fn read(self, written: &str, options: &[String]) -> Option<Value> {
        let written = written.trim();
        let value = match self {
            Self::Text | Self::Link => (!written.is_empty()).then(|| json!(written)),
            Self::Number => number(written),
            Self::Boolean => yes_or_no(written).map(Value::Bool),
            Self::Date => day(written).map(|day| json!(day.to_string())),
            Self::Choice => option(written, options).map(|option| json!(option)),
            Self::Choices => {
                let chosen: Option<Vec<_>> = written.split([',', ';']).map(|part| option(part, options)).collect();
                chosen.map(|chosen| json!(chosen))
            }
        };
        value.filter(|value| self.objection(value, options).is_none())
    }
}

/// A number with a point or a comma before its fraction.
fn number(written: &str) -> Option<Value> {
    if let Ok(whole) = written.parse::<i64>() {
        return Some(json!(whole));
    }
    let number: f64 = written.replacen(',', ".", 1).parse().ok()?;
    // Words such as `inf` are no numbers of ours.
    (number.is_finite() && written.starts_with(|c: char| c.is_ascii_digit() || c == '-')).then(|| json!(number))
}

fn yes_or_no(written: &str) -> Option<bool> {
    let word = written.trim_end_matches(['.', '!']).to_lowercase();
    match (YES.contains(&word.as_str()), NO.contains(&word.as_str())) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// `2026-11-26` or `26.11.2026`. Whether `11/6` is in June or in November nobody knows.
fn day(written: &str) -> Option<NaiveDate> {
    written.parse().ok().or_else(|| NaiveDate::parse_from_str(written, "%d.%m.%Y").ok())
}

fn option<'a>(written: &str, options: &'a [String]) -> Option<&'a str> {
    let choice = |option: &String| Choice { id: option.clone(), title: option.clone() };
    let choices: Vec<_> = options.iter().take(NUMBERED).map(choice).collect();
    let id = &chosen(&choices, None, Some(written))?.id;
    options.iter().find(|option| *option == id).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rustfmt::skip] // A table reads in rows.
    #[test]
    fn what_is_written_is_read_by_its_kind() {
        let options = ["Free".to_owned(), "Paid".to_owned()];
        for (kind, written, value) in [
            (Kind::Text, " The lamp ", Some(json!("The lamp"))),
            (Kind::Text, "  ", None),
            (Kind::Number, "12", Some(json!(12))),
            (Kind::Number, "-1,5", Some(json!(-1.5))),
            (Kind::Number, "1.5", Some(json!(1.5))),
            (Kind::Number, "inf", None),
            (Kind::Number, "twelve", None),
            (Kind::Boolean, "Ja!", Some(json!(true))),
            (Kind::Boolean, "нет", Some(json!(false))),
            (Kind::Boolean, "maybe", None),
            (Kind::Date, "2026-02-28", Some(json!("2026-02-28"))),
            (Kind::Date, "28.2.2026", Some(json!("2026-02-28"))),
            (Kind::Date, "30.2.2026", None),
            (Kind::Date, "2/3/2026", None),
            (Kind::Choice, "paid", Some(json!("Paid"))),
            (Kind::Choice, "1", Some(json!("Free"))),
            (Kind::Choice, "3", None),
            (Kind::Choices, "2, free", Some(json!(["Paid", "Free"]))),
            (Kind::Choices, "free, gold", None),
            (Kind::Link, "https://example.com", Some(json!("https://example.com"))),
            (Kind::Link, "example.com", None),
        ] {
            assert_eq!(kind.read(written, &options), value, "{kind}: {written}");
        }
    }
}
