//! Schedules on the calendars and clocks of real zones.

mod calendars;
mod clock_changes;
mod properties;

use chrono::{DateTime, Utc};
use domain::cron::Schedule;

fn schedule(expression: &str, zone: &str) -> Schedule {
    Schedule::parse(expression, zone).unwrap_or_else(|error| panic!("{expression} in {zone}: {error}"))
}

fn utc(time: &str) -> DateTime<Utc> {
    time.parse().unwrap_or_else(|error| panic!("{time}: {error}"))
}

/// The slots between two instants, as the zone's clock shows them, with its offset.
fn slots(expression: &str, zone: &str, from: &str, to: &str) -> Vec<String> {
    let schedule = schedule(expression, zone);
    schedule
        .slots(utc(from), utc(to))
        .map(|slot| slot.with_timezone(&schedule.zone()).format("%m-%d %H:%M %:z").to_string())
        .collect()
}
