//! What can go wrong on demand.

use crate::whatsapp::traffic::StatusState;
use serde::{Deserialize, Serialize};

/// Makes the next sends go wrong. In JSON, for example:
/// `{"number": "106…", "times": 3, "answer": {"rate_limited": {"retry_after": 2}}}` or
/// `{"answer": "drop_after", "callbacks": "twice"}`.
///
/// Sends meet the oldest fault that fits; marking a message as read meets none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Only for this `phone_number_id`; for all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// For so many sends; until the faults are cleared when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// What happens to the send call.
    #[serde(default)]
    pub answer: AnswerFault,
    /// What happens to the callbacks of an accepted send.
    #[serde(default)]
    pub callbacks: CallbackFault,
}

/// What happens to a send call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerFault {
    /// An ordinary answer.
    #[default]
    Normal,
    /// Not accepted: HTTP 429 with error 130429, and `Retry-After` in seconds if given.
    RateLimited {
        /// The header's value.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// Not accepted: HTTP 500 with error 131000.
    ServerError,
    /// Not accepted: an error of choice in Meta's form.
    Error {
        /// The HTTP status.
        status: u16,
        /// Meta's error code.
        code: u32,
        /// Its title.
        #[serde(default)]
        title: String,
    },
    /// Not accepted: this HTTP status and no body, as a proxy answers.
    EmptyError {
        /// The HTTP status.
        status: u16,
    },
    /// Not accepted: the connection stays open without an answer, for so long at most.
    HangBefore {
        /// The bound.
        seconds: u64,
    },
    /// Accepted, callbacks come, but the connection stays open without an answer.
    HangAfter {
        /// The bound.
        seconds: u64,
    },
    /// Not accepted: the connection is closed without an answer.
    DropBefore,
    /// Accepted, callbacks come, but the connection is closed without an answer.
    DropAfter,
}

/// What happens to the callbacks of an accepted send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackFault {
    /// In order, after their delays.
    #[default]
    Normal,
    /// All of them before the send call is answered.
    Early,
    /// Each of them twice.
    Twice,
    /// The last one first.
    OutOfOrder,
    /// None of them.
    Never,
    /// Instead of them this one status, for example a failure.
    Instead(StatusState),
}

/// The faults that wait for sends.
#[derive(Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn list(&self) -> Vec<Fault> {
        self.0.clone()
    }

    /// The fault that a send of this number meets.
    pub(crate) fn take(&mut self, number: &str) -> (AnswerFault, CallbackFault) {
        let fits = |fault: &Fault| fault.number.as_deref().is_none_or(|only| only == number);
        let Some(index) = self.0.iter().position(fits) else {
            return (AnswerFault::Normal, CallbackFault::Normal);
        };
        let fault = &mut self.0[index];
        let met = (fault.answer.clone(), fault.callbacks.clone());
        if let Some(times) = &mut fault.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.0.remove(index);
            }
        }
        met
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_hits_its_number_so_many_times_in_order() {
        let mut faults = Faults::default();
        let fault = |json| serde_json::from_value::<Fault>(json).unwrap();
        faults.add(fault(serde_json::json!({ "number": "1", "times": 1, "answer": "drop_after" })));
        faults.add(fault(serde_json::json!({ "times": 2, "answer": { "empty_error": { "status": 502 } } })));

        let empty = (AnswerFault::EmptyError { status: 502 }, CallbackFault::Normal);
        assert_eq!(faults.take("2"), empty);
        assert_eq!(faults.take("1").0, AnswerFault::DropAfter);
        assert_eq!(faults.take("1"), empty);
        assert_eq!(faults.take("1"), (AnswerFault::Normal, CallbackFault::Normal));
        assert!(faults.list().is_empty());
    }

    #[test]
    fn an_unbounded_fault_stays_until_cleared() {
        let mut faults = Faults::default();
        faults.add(Fault { number: None, times: None, answer: AnswerFault::Normal, callbacks: CallbackFault::Never });
        for _ in 0..3 {
            assert_eq!(faults.take("1").1, CallbackFault::Never);
        }
        faults.clear();
        assert_eq!(faults.take("1").1, CallbackFault::Normal);
    }
}
