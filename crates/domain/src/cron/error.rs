//! What is wrong with a schedule, in words for the person who wrote it.

use super::Field;

/// Why a schedule is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// Not five fields. Six is the dialect with seconds.
    #[error("expected five fields (minute, hour, day of month, month, day of week), found {0}")]
    FieldCount(usize),
    /// A short form that does not exist here; `@reboot` is none, because a fleet has no boot.
    #[error("`{0}` is none of @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually")]
    UnknownShortForm(String),
    /// A field cannot be read.
    #[error("{field}, character {position}: {problem}")]
    Field {
        /// The field.
        field: Field,
        /// Where in the expression, in characters counted from 1.
        position: usize,
        /// What is wrong there.
        problem: Problem,
    },
    /// Each field is right, and no date is all of them.
    #[error("none of these months ever has one of these days of the month")]
    NoSuchDate,
    /// Not a name of the IANA time zone database.
    #[error("`{0}` is not an IANA time zone such as Europe/Berlin")]
    UnknownZone(String),
}

/// What is wrong at one place of a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Nothing stands where a value should.
    #[error("a value is missing")]
    Missing,
    /// Neither a number nor a name of the field.
    #[error("`{0}` is not a value of this field")]
    NotAValue(String),
    /// A number that the field does not have.
    #[error("{value} is not between {min} and {max}")]
    OutOfRange {
        /// The number.
        value: String,
        /// The field's least.
        min: u8,
        /// The field's greatest.
        max: u8,
    },
    /// A range whose end comes before its start.
    #[error("the range runs backwards, from {from} to {to}")]
    Backwards {
        /// Where it starts.
        from: u8,
        /// Where it ends.
        to: u8,
    },
    /// A step is a number from 1 to the field's greatest value: a longer one would be no step.
    #[error("`{step}` is not a step between 1 and {max}")]
    Step {
        /// What was given.
        step: String,
        /// The longest.
        max: u8,
    },
    /// A step from a single value, which dialects read in different ways.
    #[error("a step needs a range: write `*/{step}` or `{value}-{max}/{step}`")]
    StepWithoutRange {
        /// The single value.
        value: String,
        /// The step.
        step: String,
        /// The field's greatest value.
        max: u8,
    },
}
