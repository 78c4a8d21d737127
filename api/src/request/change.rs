//! A member of a body that tells `null` from absent.

use serde::{Deserialize, Deserializer};

/// What becomes of a value. Goes with `#[serde(default)]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Absent: it stays.
    #[default]
    Stays,
    /// A value, or `null`.
    Becomes(Option<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::Becomes)
    }
}

impl<T> Change<T> {
    /// The same of another form.
    pub fn map<U>(self, form: impl FnOnce(T) -> U) -> Change<U> {
        match self {
            Self::Stays => Change::Stays,
            Self::Becomes(value) => Change::Becomes(value.map(form)),
        }
    }

    /// What the value is then.
    pub fn or_stays(self, present: Option<&T>) -> Option<T>
    where
        T: Clone,
    {
        match self {
            Self::Stays => present.cloned(),
            Self::Becomes(value) => value,
        }
    }
}

impl Change<String> {
    /// The text without blanks around it, as fields are given it: a value, none, or not asked for.
    #[expect(clippy::option_option, reason = "as `inbox::Fields` has it")]
    pub fn trimmed(self) -> Option<Option<String>> {
        match self {
            Self::Stays => None,
            Self::Becomes(text) => Some(text.map(|text| text.trim().to_owned())),
        }
    }
}
