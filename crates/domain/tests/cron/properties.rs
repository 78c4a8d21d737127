//! Whatever the expression and wherever: slots against a clock on the wall, minute by minute.

use crate::utc;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use domain::cron::{Expression, Schedule, Tz};
use proptest::{collection::vec, prelude::*, sample::select};

/// Zones, each with instants near which its clocks change.
const CHANGES: &[(Tz, &[&str])] = &[
    (Tz::Europe__Berlin, &["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"]),
    (Tz::America__New_York, &["2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"]),
    (Tz::America__Sao_Paulo, &["2018-11-04T03:00:00Z", "2018-02-18T02:00:00Z"]),
    (Tz::Australia__Lord_Howe, &["2026-10-03T15:30:00Z", "2026-04-04T15:00:00Z"]),
    (Tz::Asia__Kolkata, &["2026-03-29T01:00:00Z"]),
    (Tz::Pacific__Apia, &["2011-12-30T10:00:00Z", "2011-09-24T14:00:00Z"]),
    (Tz::Pacific__Kwajalein, &["1969-09-30T13:00:00Z"]),
    (Tz::UTC, &["2026-01-01T00:00:00Z"]),
];

/// The items of a field: stars, steps, ranges and lists within its bounds.
fn field(min: u32, max: u32) -> impl Strategy<Value = String> {
    let range = (min..=max, min..=max).prop_map(|(a, b)| (a.min(b), a.max(b)));
    let item = prop_oneof![
        (min..=max).prop_map(|value| value.to_string()),
        range.clone().prop_map(|(first, last)| format!("{first}-{last}")),
        (range, 1..=max).prop_map(|((first, last), step)| format!("{first}-{last}/{step}")),
    ];
    prop_oneof![
        3 => Just("*".to_owned()),
        1 => (1..=max).prop_map(|step| format!("*/{step}")),
        4 => vec(item, 1..4).prop_map(|items| items.join(",")),
    ]
}

fn expression() -> impl Strategy<Value = Expression> {
    // Half of them with the hours in which the clocks change, so that something happens there.
    let hour = prop_oneof![field(0, 23), select(vec!["0", "1", "2", "3", "1-3", "23"]).prop_map(str::to_owned)];
    // Few months: the rest of the year is tested by what lies in them.
    let month = prop_oneof![4 => Just("*".to_owned()), 1 => field(1, 12)];
    (field(0, 59), hour, field(1, 31), month, field(0, 7))
        .prop_filter_map("an impossible date", |(minute, hour, day, month, weekday)| {
            format!("{minute} {hour} {day} {month} {weekday}").parse().ok()
        })
}

/// A schedule and an instant within a few days of a change of its zone's clocks.
fn schedule_near_a_change() -> impl Strategy<Value = (Schedule, DateTime<Utc>)> {
    let place = select(CHANGES).prop_flat_map(|(zone, changes)| (Just(zone), select(changes)));
    (expression(), place, -4 * 24 * 60..24 * 60_i64).prop_map(|(expression, (zone, change), minutes)| {
        (Schedule::new(expression, zone), utc(change) + TimeDelta::minutes(minutes))
    })
}

fn local(time: DateTime<Utc>, zone: Tz) -> NaiveDateTime {
    time.with_timezone(&zone).naive_local()
}

/// Minute by minute from two days before `from`. For fixed times the clock only ever goes forward:
/// what it leaps over it does at once, and what it shows again is done.
fn brute_force(schedule: &Schedule, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let (expression, zone, minute) = (schedule.expression(), schedule.zone(), TimeDelta::minutes(1));
    let mut now = from - TimeDelta::days(2);
    let mut done_until = local(now, zone);
    let mut slots = Vec::new();
    while now < to {
        now += minute;
        let shows = local(now, zone);
        let matches = if expression.is_interval() {
            expression.matches(shows)
        } else {
            let mut any = false;
            while done_until < shows {
                done_until += minute;
                any |= expression.matches(done_until);
            }
            any
        };
        if matches && now > from {
            slots.push(now);
        }
    }
    slots
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn slots_are_those_of_a_clock_on_the_wall((schedule, from) in schedule_near_a_change()) {
        let to = from + TimeDelta::days(6);
        let expected = brute_force(&schedule, from, to);
        let slots: Vec<_> = schedule.slots(from, to).collect();
        prop_assert_eq!(&slots, &expected);
        prop_assert_eq!(schedule.last_in(from, to), expected.last().copied());
    }

    /// From any instant, also within a gap's or an overlap's hour and between minutes.
    #[test]
    fn the_next_slot_does_not_depend_on_where_one_starts(
        (schedule, from) in schedule_near_a_change(), steps in vec(0..2 * 86_400_i64, 1..20),
    ) {
        let to = from + TimeDelta::days(4);
        let slots: Vec<_> = schedule.slots(from, to).collect();
        for step in steps {
            let start = from + TimeDelta::seconds(step);
            let next = slots.iter().find(|slot| **slot > start).copied();
            prop_assert_eq!(schedule.next_after(start).filter(|slot| *slot <= to), next, "from {}", start);
        }
    }

    /// Over years, and by the fields: strictly increasing, and each on a time of the expression unless
    /// the clock leapt over one a moment before.
    #[test]
    fn slots_increase_and_match(
        expression in expression(), place in select(CHANGES), days in 0..20_000_i64,
    ) {
        let schedule = Schedule::new(expression, place.0);
        let mut last = utc("1970-01-01T00:00:00Z") + TimeDelta::days(days);
        for _ in 0..50 {
            let Some(slot) = schedule.next_after(last) else { break };
            prop_assert!(slot > last);
            let (shows, before) = (local(slot, place.0), local(slot - TimeDelta::seconds(1), place.0));
            let leapt = shows - before > TimeDelta::seconds(1);
            prop_assert!(
                schedule.expression().matches(shows) || leapt && !schedule.expression().is_interval(),
                "{} shows {}", slot, shows
            );
            last = slot;
        }
    }

    #[test]
    fn no_text_is_a_panic(text in "[ -~äé]{0,40}") {
        let _ = text.parse::<Expression>();
    }

    #[test]
    fn text_like_an_expression_is_no_panic(text in "([0-9a-z*,/-]{1,6} ){4}[0-9a-z*,/-]{1,6}") {
        let _ = text.parse::<Expression>();
    }
}
