//! Properties that HubSpot works out of others.

use super::kinds::Kind;
use super::pipelines;
use super::records::{Record, time};

/// The value, of a property that is worked out and can be.
pub(super) fn value(record: &Record, kind: &Kind, property: &str) -> Option<String> {
    let own = |name: &str| record.properties.get(name).map(String::as_str).unwrap_or_default();
    match (kind.name, property) {
        ("contacts", "hs_calculated_phone_number") => e164(own("phone")),
        ("contacts", "hs_calculated_mobile_number") => e164(own("mobilephone")),
        ("deals", "hs_is_closed") => Some(pipelines::is_closed(kind, own("dealstage")).to_string()),
        // The simulator takes the last change of a closed ticket for its end.
        ("tickets", "closed_date") => {
            pipelines::is_closed(kind, own("hs_pipeline_stage")).then(|| time(record.updated_at))
        }
        _ => None,
    }
}

/// A number with its country, without what people write between the digits. The real one also takes the country from
/// the record.
fn e164(number: &str) -> Option<String> {
    let digits: String = number.strip_prefix('+')?.chars().filter(char::is_ascii_digit).collect();
    (7..=15).contains(&digits.len()).then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use super::e164;

    #[test]
    fn numbers_are_written_in_one_way() {
        assert_eq!(e164("+1 (555) 555-0101").as_deref(), Some("+15555550101"));
        assert_eq!((e164("555 0101"), e164(""), e164("+1")), (None, None, None));
    }
}
