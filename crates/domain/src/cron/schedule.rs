//! An expression on the wall clock of a zone: when it has its slots.

use super::{CronError, Expression, Tz};
use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::GapInfo;
use std::iter;

/// When something happens: cron's fields in a time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    expression: Expression,
    zone: Tz,
}

impl Schedule {
    /// An expression in a zone.
    pub fn new(expression: Expression, zone: Tz) -> Self {
        Self { expression, zone }
    }

    /// Reads both; the zone by its IANA name, such as `Europe/Berlin`.
    pub fn parse(expression: &str, zone: &str) -> Result<Self, CronError> {
        let zone = zone.parse().map_err(|_| CronError::UnknownZone(zone.to_owned()))?;
        Ok(Self::new(expression.parse()?, zone))
    }

    /// The fields.
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// The zone on whose wall clock they are read.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The first slot after `after`. `None` if there is none for decades.
    pub fn next_after(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let offset = self.zone.offset_from_utc_datetime(&after.naive_utc()).fix();
        let here = after.naive_utc().checked_add_offset(offset)?;
        if self.expression.is_interval() {
            self.next_by_real_time(after, here)
        } else {
            self.next_by_clock(after, here)
        }
    }

    /// The slots after `from` up to and including `to`, the earliest first.
    pub fn slots(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        iter::successors(self.next_after(from), |slot| self.next_after(*slot)).take_while(move |slot| *slot <= to)
    }

    /// The last slot after `from` up to and including `to`. Costs little, however many lie between.
    pub fn last_in(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // No slot lies after `end`.
        let mut end = to;
        let mut last = self.next_after(from).filter(|slot| *slot <= end)?;
        while let Some(next) = self.next_after(last).filter(|slot| *slot <= end) {
            let middle = last + (end - last) / 2;
            if let Some(later) = self.next_after(middle).filter(|slot| *slot <= end) {
                last = later;
            } else {
                (last, end) = (next, middle);
            }
        }
        Some(last)
    }

    /// Fixed times: each local time at the first instant at which the clock shows it or a later one.
    ///
    /// That instant never goes back when the local time goes on, so local times before `here` are past.
    fn next_by_clock(&self, after: DateTime<Utc>, here: NaiveDateTime) -> Option<DateTime<Utc>> {
        self.expression
            .local_times(here)
            .filter_map(|local| self.first(local).or_else(|| self.end_of_gap(local)))
            .find(|slot| *slot > after)
    }

    /// Intervals: each instant at which the clock shows one of the local times.
    ///
    /// First and last instants each go on with the local time. Only in the first pass of an overlap
    /// is a local time before `here` still to come, once more.
    fn next_by_real_time(&self, after: DateTime<Utc>, here: NaiveDateTime) -> Option<DateTime<Utc>> {
        let overlap = self.last(here).map_or(TimeDelta::zero(), |last| last - after);
        let once_more = || self.expression.local_times(here - overlap);
        let first = once_more().filter_map(|local| self.first(local)).find(|slot| *slot > after);
        let last = once_more().filter_map(|local| self.last(local)).find(|slot| *slot > after);
        first.into_iter().chain(last).min()
    }

    fn first(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        self.zone.from_local_datetime(&local).earliest().map(|time| time.to_utc())
    }

    fn last(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        self.zone.from_local_datetime(&local).latest().map(|time| time.to_utc())
    }

    fn end_of_gap(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        GapInfo::new(&local, &self.zone)?.end.map(|time| time.to_utc())
    }
}
