//! The local times that an expression names, on a calendar that knows no zone.

use super::Expression;
use chrono::{Datelike, Months, NaiveDate, NaiveDateTime, Timelike};
use std::iter;

/// How far ahead to look. The rarest date, 29 February on a given weekday, comes within 40 years.
const HORIZON: Months = Months::new(12 * 60);

impl Expression {
    /// Every local time of the expression from `start` on, the earliest first.
    pub(super) fn local_times(&self, start: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> {
        self.days(start.date())
            .flat_map(move |day| {
                let first_hour = if day == start.date() { start.hour() } else { 0 };
                self.hours.starting_at(first_hour).flat_map(move |hour| {
                    self.minutes.starting_at(0).filter_map(move |minute| day.and_hms_opt(hour, minute, 0))
                })
            })
            .skip_while(move |time| *time < start)
    }

    /// Whether the expression names this local time, to the minute.
    pub fn matches(&self, local: NaiveDateTime) -> bool {
        self.minutes.contains(local.minute()) && self.hours.contains(local.hour()) && self.matches_day(local.date())
    }

    fn matches_day(&self, day: NaiveDate) -> bool {
        let of_month = self.days_of_month.contains(day.day());
        let of_week = self.days_of_week.contains(day.weekday().num_days_from_sunday());
        let day_matches = if self.either_day { of_month || of_week } else { of_month && of_week };
        day_matches && self.months.contains(day.month())
    }

    fn days(&self, first: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        let last = first.checked_add_months(HORIZON).unwrap_or(NaiveDate::MAX);
        iter::successors(Some(first), |day| self.following(*day))
            .take_while(move |day| *day <= last)
            .filter(|day| self.matches_day(*day))
    }

    /// The next day, or the first of the next month if this one is not among the months.
    fn following(&self, day: NaiveDate) -> Option<NaiveDate> {
        if self.months.contains(day.month()) {
            day.succ_opt()
        } else {
            day.with_day(1)?.checked_add_months(Months::new(1))
        }
    }
}
