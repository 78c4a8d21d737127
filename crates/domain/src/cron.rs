//! Schedules in the five fields of cron, on the wall clock of an IANA time zone.
//!
//! The fields are minute, hour, day of month, month and day of week, as in Vixie cron: lists,
//! ranges, steps, names, Sunday as 0 and 7, and the `@daily` kind of short forms. If neither day
//! field begins with `*`, a day counts when **either** matches; otherwise both must.
//!
//! # When the clocks change
//!
//! What Vixie cron's manual promises, made exact (ADR 0013):
//!
//! | | local time does not exist | local time comes twice |
//! |---|---|---|
//! | **fixed times**: neither minute nor hour begins with `*` | once, at the first instant after the gap | once, at the first |
//! | **intervals**: minute or hour begins with `*` | nothing | both times |
//!
//! So `30 2 * * *` runs once a day, every day, and `*/15 * * * *` every quarter of an hour of real
//! time. A slot of fixed times that a gap moves onto another one is that one slot. Vixie cron does
//! so for changes of less than three hours; here a gap is a gap, even where a zone left out a day.
//!
//! ```
//! use domain::cron::Schedule;
//!
//! let weekdays = Schedule::parse("30 8 * * mon-fri", "Europe/Berlin")?;
//! let friday = "2026-03-27T12:00:00Z".parse().unwrap();
//! // The clocks change on Sunday.
//! assert_eq!(weekdays.next_after(friday), Some("2026-03-30T06:30:00Z".parse().unwrap()));
//! # Ok::<(), domain::cron::CronError>(())
//! ```

mod calendar;
mod error;
mod expression;
mod field;
mod schedule;

pub use chrono_tz::Tz;
pub use error::{CronError, Problem};
pub use expression::Expression;
pub use field::Field;
pub use schedule::Schedule;
