//! What becomes of slots where the clocks change. Each table names the change it is about.

use crate::slots;

struct Case {
    zone: &'static str,
    /// From just after this instant to this one.
    within: (&'static str, &'static str),
    expression: &'static str,
    slots: &'static [&'static str],
}

fn check(cases: &[Case]) {
    for Case { zone, within, expression, slots: expected } in cases {
        assert_eq!(slots(expression, zone, within.0, within.1), *expected, "{expression} in {zone}");
    }
}

/// 29 March 2026: 02:00 is followed by 03:00.
#[test]
fn berlin_springs_forward() {
    let case = |expression, slots| Case {
        zone: "Europe/Berlin",
        within: ("2026-03-28T23:30:00Z", "2026-03-29T02:30:00Z"),
        expression,
        slots,
    };
    check(&[
        case("30 2 * * *", &["03-29 03:00 +02:00"]),
        case("0 2 * * *", &["03-29 03:00 +02:00"]),
        case("59 1 * * *", &["03-29 01:59 +01:00"]),
        case("0 3 * * *", &["03-29 03:00 +02:00"]),
        // Several in the gap are one, and one with the regular slot at its end.
        case("0,20,40 2 * * *", &["03-29 03:00 +02:00"]),
        case(
            "0,30 1-4 * * *",
            &[
                "03-29 01:00 +01:00",
                "03-29 01:30 +01:00",
                "03-29 03:00 +02:00",
                "03-29 03:30 +02:00",
                "03-29 04:00 +02:00",
                "03-29 04:30 +02:00",
            ],
        ),
        case("15 1-3 * * *", &["03-29 01:15 +01:00", "03-29 03:00 +02:00", "03-29 03:15 +02:00"]),
        // Intervals have nothing to make up for.
        case("*/30 2 * * *", &[]),
        case("30 */2 * * *", &["03-29 04:30 +02:00"]),
        case("0 * * * *", &["03-29 01:00 +01:00", "03-29 03:00 +02:00", "03-29 04:00 +02:00"]),
        case(
            "*/20 1-3 * * *",
            &[
                "03-29 01:00 +01:00",
                "03-29 01:20 +01:00",
                "03-29 01:40 +01:00",
                "03-29 03:00 +02:00",
                "03-29 03:20 +02:00",
                "03-29 03:40 +02:00",
            ],
        ),
    ]);
}

/// 25 October 2026: 03:00 is followed by 02:00.
#[test]
fn berlin_falls_back() {
    let case = |expression, slots| Case {
        zone: "Europe/Berlin",
        within: ("2026-10-24T23:30:00Z", "2026-10-25T02:30:00Z"),
        expression,
        slots,
    };
    check(&[
        case("30 2 * * *", &["10-25 02:30 +02:00"]),
        case("0 2,3 * * *", &["10-25 02:00 +02:00", "10-25 03:00 +01:00"]),
        case("0,30 2 * * *", &["10-25 02:00 +02:00", "10-25 02:30 +02:00"]),
        case("0 * * * *", &["10-25 02:00 +02:00", "10-25 02:00 +01:00", "10-25 03:00 +01:00"]),
        case("*/30 2 * * *", &["10-25 02:00 +02:00", "10-25 02:30 +02:00", "10-25 02:00 +01:00", "10-25 02:30 +01:00"]),
        case("30 */2 * * *", &["10-25 02:30 +02:00", "10-25 02:30 +01:00"]),
    ]);
}

/// 8 March and 1 November 2026, at 02:00.
#[test]
fn new_york() {
    let spring = ("2026-03-08T05:30:00Z", "2026-03-08T08:00:00Z");
    let autumn = ("2026-11-01T04:30:00Z", "2026-11-01T07:00:00Z");
    let case = |within, expression, slots| Case { zone: "America/New_York", within, expression, slots };
    check(&[
        case(spring, "30 2 * * *", &["03-08 03:00 -04:00"]),
        case(spring, "30 2 * * 0", &["03-08 03:00 -04:00"]),
        case(spring, "30 2 * * 1", &[]),
        case(spring, "0 * * * *", &["03-08 01:00 -05:00", "03-08 03:00 -04:00", "03-08 04:00 -04:00"]),
        case(autumn, "30 1 * * *", &["11-01 01:30 -04:00"]),
        case(autumn, "0 1-2 * * *", &["11-01 01:00 -04:00", "11-01 02:00 -05:00"]),
        case(autumn, "0 * * * *", &["11-01 01:00 -04:00", "11-01 01:00 -05:00", "11-01 02:00 -05:00"]),
    ]);
}

/// Midnight itself was left out on 4 November 2018, and came twice on 18 February.
#[test]
fn sao_paulo_changes_at_midnight() {
    let spring = ("2018-11-03T12:00:00Z", "2018-11-05T12:00:00Z");
    let autumn = ("2018-02-17T12:00:00Z", "2018-02-19T12:00:00Z");
    let case = |within, expression, slots| Case { zone: "America/Sao_Paulo", within, expression, slots };
    check(&[
        case(spring, "0 0 * * *", &["11-04 01:00 -02:00", "11-05 00:00 -02:00"]),
        case(spring, "@daily", &["11-04 01:00 -02:00", "11-05 00:00 -02:00"]),
        case(spring, "0 0 4 * *", &["11-04 01:00 -02:00"]),
        case(
            spring,
            "30 0,1 * * *",
            &["11-04 01:00 -02:00", "11-04 01:30 -02:00", "11-05 00:30 -02:00", "11-05 01:30 -02:00"],
        ),
        case(spring, "*/30 0 4 * *", &[]),
        // The second pass belongs to the day before.
        case(autumn, "30 23 * * *", &["02-17 23:30 -02:00", "02-18 23:30 -03:00"]),
        case(autumn, "0 0 * * *", &["02-18 00:00 -03:00", "02-19 00:00 -03:00"]),
        case(
            autumn,
            "*/30 23 17 * *",
            &["02-17 23:00 -02:00", "02-17 23:30 -02:00", "02-17 23:00 -03:00", "02-17 23:30 -03:00"],
        ),
    ]);
}

/// Half an hour: 02:00 to 02:30 on 4 October 2026, and back on 5 April.
#[test]
fn lord_howe_changes_by_half_an_hour() {
    let spring = ("2026-10-03T14:45:00Z", "2026-10-03T16:30:00Z");
    let autumn = ("2026-04-04T13:59:00Z", "2026-04-04T16:00:00Z");
    let case = |within, expression, slots| Case { zone: "Australia/Lord_Howe", within, expression, slots };
    check(&[
        case(spring, "15 2 * * *", &["10-04 02:30 +11:00"]),
        case(spring, "15,30,45 2 * * *", &["10-04 02:30 +11:00", "10-04 02:45 +11:00"]),
        case(spring, "0 * * * *", &["10-04 03:00 +11:00"]),
        case(spring, "*/15 2 * * *", &["10-04 02:30 +11:00", "10-04 02:45 +11:00"]),
        case(autumn, "45 1 * * *", &["04-05 01:45 +11:00"]),
        case(
            autumn,
            "0,30 1,2 * * *",
            &["04-05 01:00 +11:00", "04-05 01:30 +11:00", "04-05 02:00 +10:30", "04-05 02:30 +10:30"],
        ),
        case(
            autumn,
            "*/15 1 * * *",
            &[
                "04-05 01:00 +11:00",
                "04-05 01:15 +11:00",
                "04-05 01:30 +11:00",
                "04-05 01:45 +11:00",
                "04-05 01:30 +10:30",
                "04-05 01:45 +10:30",
            ],
        ),
    ]);
}

/// 29 December 2011 was followed by the 31st, as a gap of 24 hours.
#[test]
fn apia_left_out_a_day() {
    let case = |expression, slots| Case {
        zone: "Pacific/Apia",
        within: ("2011-12-29T12:00:00Z", "2011-12-31T12:00:00Z"),
        expression,
        slots,
    };
    check(&[
        case("0 9 * * *", &["12-29 09:00 -10:00", "12-31 00:00 +14:00", "12-31 09:00 +14:00"]),
        // Whoever asks for the 30th is not forgotten.
        case("0 9 30 * *", &["12-31 00:00 +14:00"]),
        case("0 9 * * 5", &["12-31 00:00 +14:00"]),
        case("0 0 30,31 * *", &["12-31 00:00 +14:00"]),
        case("0 */12 * * *", &["12-29 12:00 -10:00", "12-31 00:00 +14:00", "12-31 12:00 +14:00", "01-01 00:00 +14:00"]),
        case("0 * 30 * *", &[]),
    ]);
}

/// The clocks went back by 23 hours after 30 September 1969: an overlap across midnight.
#[test]
fn kwajalein_had_a_day_twice() {
    let case = |expression, slots| Case {
        zone: "Pacific/Kwajalein",
        within: ("1969-09-29T12:00:00Z", "1969-10-01T22:00:00Z"),
        expression,
        slots,
    };
    check(&[
        case("0 9 * * *", &["09-30 09:00 +11:00", "10-01 09:00 -12:00"]),
        case(
            "0 */9 30 9 *",
            &[
                "09-30 00:00 +11:00",
                "09-30 09:00 +11:00",
                "09-30 18:00 +11:00",
                "09-30 09:00 -12:00",
                "09-30 18:00 -12:00",
            ],
        ),
    ]);
}

/// Local mean time ends at a fraction of a minute: a slot in that gap is not on a minute.
#[test]
fn berlin_left_local_mean_time() {
    let schedule = crate::schedule("3 0 * * *", "Europe/Berlin");
    let slot = schedule.next_after(crate::utc("1893-03-31T12:00:00Z")).unwrap();
    assert_eq!(slot, crate::utc("1893-03-31T23:06:32Z"));
}

#[test]
fn zones_without_changes_have_the_same_day_every_day() {
    for zone in ["UTC", "Asia/Kolkata"] {
        for (expression, count) in [("30 2 * * *", 365), ("*/30 2 * * *", 2 * 365), ("0 * * * *", 24 * 365)] {
            let year = (crate::utc("2026-01-01T00:00:00Z"), crate::utc("2027-01-01T00:00:00Z"));
            let slots = crate::schedule(expression, zone).slots(year.0, year.1).count();
            assert_eq!(slots, count, "{expression} in {zone}");
        }
    }
}
