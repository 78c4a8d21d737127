//! Which days and times the fields name, away from clock changes.

use crate::{schedule, slots, utc};
use domain::cron::CronError;

fn next(expression: &str, after: &str) -> String {
    schedule(expression, "UTC").next_after(utc(after)).unwrap().format("%Y-%m-%d %H:%M:%S").to_string()
}

#[test]
fn the_next_slot_is_after_the_given_time() {
    for (expression, after, expected) in [
        ("* * * * *", "2026-05-04T10:00:00Z", "2026-05-04 10:01:00"),
        ("* * * * *", "2026-05-04T10:00:00.000001Z", "2026-05-04 10:01:00"),
        ("* * * * *", "2026-05-04T09:59:59.999999Z", "2026-05-04 10:00:00"),
        ("*/15 9-17 * * *", "2026-05-04T17:45:00Z", "2026-05-05 09:00:00"),
        ("5-59/10 * * * *", "2026-05-04T10:05:00Z", "2026-05-04 10:15:00"),
        ("0 0 * * *", "2026-12-31T00:00:00Z", "2027-01-01 00:00:00"),
        ("0 0 31 * *", "2026-03-31T00:00:00Z", "2026-05-31 00:00:00"),
        ("0 12 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29 12:00:00"),
        // 2100 is no leap year.
        ("0 12 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29 12:00:00"),
        ("@yearly", "2026-01-01T00:00:00Z", "2027-01-01 00:00:00"),
        ("@weekly", "2026-05-04T00:00:00Z", "2026-05-10 00:00:00"),
        ("0 8 * * 7", "2026-05-04T00:00:00Z", "2026-05-10 08:00:00"),
        ("0 8 * * 1", "2026-05-04T08:00:00Z", "2026-05-11 08:00:00"),
    ] {
        assert_eq!(next(expression, after), expected, "{expression} after {after}");
    }
}

/// May 2026 begins on a Friday.
#[test]
fn day_of_month_or_day_of_week() {
    let days = |expression| -> Vec<String> {
        let slots = slots(expression, "UTC", "2026-04-30T12:00:00Z", "2026-05-16T00:00:00Z");
        slots.into_iter().map(|slot| slot[3..5].to_owned()).collect()
    };
    assert_eq!(days("0 0 13 * 5"), ["01", "08", "13", "15"], "the 13th, and every Friday");
    assert_eq!(days("0 0 13 * *"), ["13"]);
    assert_eq!(days("0 0 * * 5"), ["01", "08", "15"]);
    // A field that begins with a star does not restrict: then both have to match.
    assert_eq!(days("0 0 */2 * 5"), ["01", "15"], "Fridays on odd days");
    assert_eq!(days("0 0 1-7 * */5"), ["01", "03"], "Sunday or Friday in the first week");
    assert_eq!(days("0 0 14 * 0,7"), ["03", "10", "14"]);
    assert_eq!(
        days("0 0 1-31 * 5").len(),
        16,
        "written out, every day of the month is a restriction, and either will do"
    );
}

/// 29 February is a Sunday again in 2032, and after 2088 not before 2128.
#[test]
fn the_rarest_dates_are_found() {
    assert_eq!(next("0 0 29 2 */7", "2004-03-01T00:00:00Z"), "2032-02-29 00:00:00");
    assert_eq!(next("0 0 29 2 */7", "2088-03-01T00:00:00Z"), "2128-02-29 00:00:00");
}

#[test]
fn a_schedule_is_on_its_zones_clock() {
    assert_eq!(
        slots("30 9 * * 1-5", "Asia/Kolkata", "2026-05-01T00:00:00Z", "2026-05-05T00:00:00Z"),
        ["05-01 09:30 +05:30", "05-04 09:30 +05:30"]
    );
    assert_eq!(
        schedule("0 0 * * *", "Asia/Kolkata").next_after(utc("2026-05-01T00:00:00Z")),
        Some(utc("2026-05-01T18:30:00Z"))
    );
    for unknown in ["Europe/Berlinn", "CEST", "", "+02:00"] {
        let refused = domain::cron::Schedule::parse("* * * * *", unknown);
        assert_eq!(refused, Err(CronError::UnknownZone(unknown.to_owned())));
    }
}

#[test]
fn the_last_of_very_many_slots_is_found_at_once() {
    let every_minute = schedule("* * * * *", "Europe/Berlin");
    assert_eq!(
        every_minute.last_in(utc("1990-01-01T00:00:00Z"), utc("2026-05-04T10:00:30Z")),
        Some(utc("2026-05-04T10:00:00Z"))
    );
    let new_year = schedule("* 0 1 1 *", "UTC");
    assert_eq!(
        new_year.last_in(utc("1990-01-01T00:00:00Z"), utc("2026-12-04T10:00:00Z")),
        Some(utc("2026-01-01T00:59:00Z"))
    );
    assert_eq!(
        new_year.last_in(utc("2026-01-01T00:59:00Z"), utc("2026-12-04T10:00:00Z")),
        None,
        "the start is not in it"
    );
    assert_eq!(
        new_year.last_in(utc("2026-01-01T00:58:00Z"), utc("2026-01-01T00:59:00Z")),
        Some(utc("2026-01-01T00:59:00Z"))
    );
    assert_eq!(new_year.last_in(utc("2026-12-01T00:00:00Z"), utc("2025-12-01T00:00:00Z")), None);
}

#[test]
fn the_ends_of_time_are_no_panic() {
    use chrono::{DateTime, Utc};
    for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago"] {
        for expression in ["0 0 * * *", "* * * * *"] {
            assert_eq!(schedule(expression, zone).next_after(DateTime::<Utc>::MAX_UTC), None);
            schedule(expression, zone).next_after(DateTime::<Utc>::MIN_UTC);
        }
    }
}
