//! Why conversations are closed.

/// The reasons of a tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloseReasons {
    /// What there is to choose from, in the order in which it is offered. Where there is nothing, any text will do.
    pub choices: Vec<String>,
    /// Whether nothing is closed without a reason.
    pub required: bool,
}

/// Why a conversation is not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreasoned {
    /// No reason was given.
    #[error("conversations are closed with a reason")]
    Missing,
    /// The reason is not among the choices.
    #[error("is none of the reasons that there are to choose from")]
    Unknown,
}

impl CloseReasons {
    /// Whether something may be closed for this reason, or for none.
    ///
    /// # Errors
    ///
    /// If a reason has to be given, or has to be another one.
    pub fn check(&self, reason: Option<&str>) -> Result<(), Unreasoned> {
        match reason {
            None if self.required => Err(Unreasoned::Missing),
            Some(reason) if !self.choices.is_empty() && !self.choices.iter().any(|choice| choice == reason) => {
                Err(Unreasoned::Unknown)
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CloseReasons, Unreasoned::*};

    #[test]
    fn a_reason_is_one_of_the_choices_and_there_if_it_must_be() {
        let any = || Vec::new();
        let some = || vec!["spam".to_owned(), "solved".to_owned()];
        for (choices, required, reason, expected) in [
            (any(), false, None, Ok(())),
            (any(), false, Some("whatever"), Ok(())),
            (any(), true, None, Err(Missing)),
            (any(), true, Some("whatever"), Ok(())),
            (some(), false, None, Ok(())),
            (some(), false, Some("solved"), Ok(())),
            (some(), false, Some("Solved"), Err(Unknown)),
            (some(), true, Some("spam"), Ok(())),
            (some(), true, Some("whatever"), Err(Unknown)),
            (some(), true, None, Err(Missing)),
        ] {
            let reasons = CloseReasons { choices, required };
            assert_eq!(reasons.check(reason), expected, "{reasons:?}, {reason:?}");
        }
    }
}
