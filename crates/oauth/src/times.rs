//! When a token is renewed, and from when on it is not used any more.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ConnectionId;

/// A call may take 30 s, and clocks differ: a token that ends sooner than this is not handed out.
const MARGIN: TimeDelta = TimeDelta::seconds(60);
/// How long before its end a token is renewed, at least and at most.
const LEAD: (TimeDelta, TimeDelta) = (TimeDelta::minutes(2), TimeDelta::minutes(10));
/// The first wait after a provider could not be asked, which doubles with each further one, and the longest.
const BACKOFF: (TimeDelta, TimeDelta) = (TimeDelta::seconds(2), TimeDelta::minutes(5));
/// The longest wait that a provider may ask for.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);

/// Until when a token of this lifetime is handed out.
pub fn good_until(issued_at: DateTime<Utc>, expires_at: DateTime<Utc>) -> DateTime<Utc> {
    let lifetime = expires_at - issued_at;
    expires_at - MARGIN.min(lifetime / 4)
}

/// When a token of this lifetime is renewed: a fifth of its life before its end, within limits. Tokens that were issued
/// together are not renewed together: each connection has its own moment within the last quarter of the lead.
pub fn renew_at(connection: ConnectionId, issued_at: DateTime<Utc>, expires_at: DateTime<Utc>) -> DateTime<Utc> {
    let lifetime = expires_at - issued_at;
    let lead = (lifetime / 5).clamp(LEAD.0, LEAD.1).min(lifetime / 2);
    // The last bytes of an id are random.
    let [.., last] = *connection.0.as_bytes();
    expires_at - lead - lead / 4 * i32::from(last) / 255
}

/// Until when nobody asks a provider again that could not be asked so often in a row, the last time included.
pub fn retry_at(now: DateTime<Utc>, failures: i16, asked_for: Option<TimeDelta>) -> DateTime<Utc> {
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(0).min(16);
    let backoff = (BACKOFF.0 * 2_i32.pow(doublings)).min(BACKOFF.1);
    now + backoff.max(asked_for.unwrap_or_default().min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000, 0).unwrap()
    }

    #[test]
    fn usual_lifetimes() {
        let never_early = ConnectionId(uuid::Uuid::nil());
        for (lifetime, lead) in [(30 * 60, 6 * 60), (60 * 60, 10 * 60), (24 * 60 * 60, 10 * 60), (300, 120), (20, 10)] {
            let expires = start() + TimeDelta::seconds(lifetime);
            let renewed = renew_at(never_early, start(), expires);
            assert_eq!(expires - renewed, TimeDelta::seconds(lead), "{lifetime} s");
        }
    }

    #[test]
    fn a_provider_that_is_away_is_asked_less_and_less_often() {
        let waits: Vec<_> = (1..=9).map(|n| (retry_at(start(), n, None) - start()).num_seconds()).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 300]);
        assert_eq!(retry_at(start(), i16::MAX, None) - start(), TimeDelta::minutes(5));
        let asked = |seconds| retry_at(start(), 1, Some(TimeDelta::seconds(seconds))) - start();
        assert_eq!(asked(30), TimeDelta::seconds(30));
        assert_eq!(asked(0), TimeDelta::seconds(2), "never sooner than our own wait");
        assert_eq!(asked(86_400), TimeDelta::hours(1));
    }

    proptest! {
        #[test]
        fn it_is_renewed_while_it_is_good(seconds in 8i64..400_000, id: u128) {
            let expires = start() + TimeDelta::seconds(seconds);
            let renewed = renew_at(ConnectionId(uuid::Uuid::from_u128(id)), start(), expires);
            let good = good_until(start(), expires);
            prop_assert!(start() < renewed && renewed < good && good < expires);
        }
    }
}
