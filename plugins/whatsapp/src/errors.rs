//! Meta's error codes and what to do about each.
//!
//! Decided on the code alone, as Meta asks: titles and HTTP statuses change
//! (<https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes>).

use plugin_sdk::ErrorKind;
use plugin_sdk::FailureReason::{
    self, Account, Blocked, Experiment, InvalidRequest, MarketingLimit, Media, OptedOut, Other, Payment, RateLimited,
    Reauthorize, RecipientNotAllowed, Service, TemplateInvalid, Undeliverable, WindowClosed,
};

/// What a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// Why the message did not go out.
    pub reason: FailureReason,
    /// What to do about the call.
    pub kind: ErrorKind,
    /// How long to wait when Meta does not say; milliseconds.
    pub wait_ms: Option<u64>,
}

const SECOND: u64 = 1_000;
/// Between two messages to the same recipient.
const PAIR: u64 = 6 * SECOND;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// Every documented code of sending, in Meta's own groups.
const TABLE: &[(i64, FailureReason, ErrorKind, Option<u64>)] = &[
    // Authorization: an admin has to renew the token or its permissions.
    (0, Reauthorize, ErrorKind::AuthRequired, None),
    (190, Reauthorize, ErrorKind::AuthRequired, None),
    (3, Reauthorize, ErrorKind::PermissionDenied, None),
    (10, Reauthorize, ErrorKind::PermissionDenied, None),
    (131_005, Reauthorize, ErrorKind::PermissionDenied, None),
    // Integrity: Meta has blocked the business, everywhere or in a country.
    (368, Blocked, ErrorKind::PermissionDenied, None),
    (131_031, Blocked, ErrorKind::PermissionDenied, None),
    (130_497, Blocked, ErrorKind::Permanent, None),
    // Throttling. One pair may exchange a message every 6 seconds; a number sends 80 a second.
    (4, RateLimited, ErrorKind::RateLimited, Some(MINUTE)),
    (80_007, RateLimited, ErrorKind::RateLimited, Some(MINUTE)),
    (130_429, RateLimited, ErrorKind::RateLimited, Some(SECOND)),
    (131_048, RateLimited, ErrorKind::RateLimited, Some(HOUR)),
    (131_056, RateLimited, ErrorKind::RateLimited, Some(PAIR)),
    (131_064, RateLimited, ErrorKind::RateLimited, Some(HOUR)),
    (132_069, RateLimited, ErrorKind::RateLimited, Some(MINUTE)),
    (133_016, RateLimited, ErrorKind::RateLimited, Some(HOUR)),
    // Limits that a later attempt of the same message does not get round.
    (131_049, MarketingLimit, ErrorKind::Permanent, None),
    (130_472, Experiment, ErrorKind::Permanent, None),
    // The recipient.
    (131_026, Undeliverable, ErrorKind::Permanent, None),
    (131_062, Undeliverable, ErrorKind::Permanent, None),
    (131_030, RecipientNotAllowed, ErrorKind::Permanent, None),
    (131_047, WindowClosed, ErrorKind::Permanent, None),
    (131_050, OptedOut, ErrorKind::Permanent, None),
    // The request.
    (33, Account, ErrorKind::InvalidConfig, None),
    (100, InvalidRequest, ErrorKind::InvalidInput, None),
    (131_008, InvalidRequest, ErrorKind::InvalidInput, None),
    (131_009, InvalidRequest, ErrorKind::InvalidInput, None),
    (131_021, InvalidRequest, ErrorKind::InvalidInput, None),
    (131_051, InvalidRequest, ErrorKind::InvalidInput, None),
    (131_055, InvalidRequest, ErrorKind::InvalidInput, None),
    // The media: Meta could not fetch it this time.
    (131_052, Media, ErrorKind::Transient, Some(30 * SECOND)),
    (131_053, Media, ErrorKind::Transient, Some(30 * SECOND)),
    // Templates: parameters that do not fit, then templates that must not be used.
    (132_000, TemplateInvalid, ErrorKind::InvalidInput, None),
    (132_001, TemplateInvalid, ErrorKind::InvalidInput, None),
    (132_005, TemplateInvalid, ErrorKind::InvalidInput, None),
    (132_008, TemplateInvalid, ErrorKind::InvalidInput, None),
    (132_012, TemplateInvalid, ErrorKind::InvalidInput, None),
    (132_007, TemplateInvalid, ErrorKind::Permanent, None),
    (132_015, TemplateInvalid, ErrorKind::Permanent, None),
    (132_016, TemplateInvalid, ErrorKind::Permanent, None),
    (132_068, TemplateInvalid, ErrorKind::Permanent, None),
    // The business account and its number.
    (131_042, Payment, ErrorKind::Permanent, None),
    (131_037, Account, ErrorKind::Permanent, None),
    (131_045, Account, ErrorKind::InvalidConfig, None),
    (131_063, Account, ErrorKind::Permanent, None),
    (133_010, Account, ErrorKind::InvalidConfig, None),
    // Meta is out of order: it says that it did not take the message.
    (1, Service, ErrorKind::Transient, None),
    (2, Service, ErrorKind::Transient, None),
    (131_000, Service, ErrorKind::Transient, None),
    (131_016, Service, ErrorKind::Transient, None),
    (133_004, Service, ErrorKind::Transient, None),
    (131_057, Service, ErrorKind::Transient, Some(MINUTE)),
];

/// What a code means; `None` for one that is not documented.
pub fn meaning(code: i64) -> Option<Meaning> {
    // A whole range says that a permission is not granted.
    if (200..=299).contains(&code) {
        return meaning(10);
    }
    TABLE.iter().find(|(known, ..)| *known == code).map(|&(_, reason, kind, wait_ms)| Meaning { reason, kind, wait_ms })
}

/// Why a message failed, by the code of its status.
pub fn reason(code: i64) -> FailureReason {
    meaning(code).map_or(Other, |meaning| meaning.reason)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// The codes by what has to happen, stated apart from the table.
    const EXPECTED: &[(FailureReason, &[i64])] = &[
        (WindowClosed, &[131_047]),
        (Undeliverable, &[131_026, 131_062]),
        (Experiment, &[130_472]),
        (MarketingLimit, &[131_049]),
        (OptedOut, &[131_050]),
        (RateLimited, &[131_056, 130_429, 80_007, 4, 131_048, 131_064, 133_016, 132_069]),
        (Blocked, &[368, 131_031, 130_497]),
        (Reauthorize, &[190, 0, 3, 10, 200, 250, 299, 131_005]),
        (InvalidRequest, &[100, 131_008, 131_009, 131_021, 131_051, 131_055]),
        (RecipientNotAllowed, &[131_030]),
        (Media, &[131_052, 131_053]),
        (Service, &[131_000, 131_016, 2, 131_057, 1, 133_004]),
        (Payment, &[131_042]),
        (TemplateInvalid, &[132_000, 132_001, 132_005, 132_007, 132_008, 132_012, 132_015, 132_016, 132_068]),
        (Account, &[131_063, 33, 131_037, 131_045, 133_010]),
        (Other, &[199, 300, 131_058, 999_999, -1]),
    ];

    #[test]
    fn every_code_has_its_reason() {
        for (expected, codes) in EXPECTED {
            for code in *codes {
                assert_eq!(reason(*code), *expected, "{code}");
            }
        }
        let stated: HashSet<i64> = EXPECTED.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
        for (code, ..) in TABLE {
            assert!(stated.contains(code), "{code} is in the table only");
        }
        for reason in FailureReason::ALL {
            assert!(EXPECTED.iter().any(|(expected, _)| *expected == reason), "{reason:?}");
        }
    }

    #[test]
    fn a_code_stands_in_the_table_once() {
        let codes: HashSet<i64> = TABLE.iter().map(|(code, ..)| *code).collect();
        assert_eq!(codes.len(), TABLE.len());
    }

    #[test]
    fn only_what_may_be_tried_again_has_a_wait() {
        for (code, ..) in TABLE {
            let meaning = meaning(*code).unwrap();
            assert!(meaning.kind.is_retryable() || meaning.wait_ms.is_none(), "{code}");
            // A rate limit without a wait would be hammered.
            assert!(meaning.reason != RateLimited || meaning.wait_ms.is_some(), "{code}");
        }
    }
}
