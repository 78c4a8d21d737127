//! What a call asked the host, and what the host answered: kept while the call runs, or given again in the host's place
//! when it is replayed.
//!
//! A guest sees nothing but its parameters and these answers, so the same parameters and the same answers give the same
//! result. Answers are kept as the guest saw them, after secrets were removed.

mod convert;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

pub use self::convert::Bytes;
pub(crate) use self::convert::{Played, kind_of};

/// One call of the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostCall {
    /// What the guest asked for.
    #[serde(flatten)]
    pub asked: Asked,
    /// What it was answered.
    pub answer: Answer,
}

/// What a guest asks the host for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
pub enum Asked {
    /// The time.
    Now,
    /// Random bytes.
    Random {
        /// How many.
        length: u32,
    },
    /// A signature.
    Hmac {
        /// With which hash: `sha1`, `sha256` or `sha512`.
        hash: String,
        /// The name of the secret.
        secret: String,
        /// What is signed.
        data: Bytes,
    },
    /// An HTTP request.
    Send {
        /// In capitals.
        method: String,
        /// Where to.
        url: String,
        /// Names and values.
        headers: Vec<(String, Bytes)>,
        /// The body, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Bytes>,
        /// The name of the secret that the host puts in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<String>,
        /// How long the guest would wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<u32>,
    },
    /// A state entry.
    Get {
        /// Its name.
        key: String,
    },
    /// To write a state entry.
    Put {
        /// Its name.
        key: String,
        /// The value.
        value: Bytes,
        /// Only over an entry of this version.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        if_version: Option<u64>,
        /// For how long.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ttl_ms: Option<u64>,
    },
    /// To remove a state entry.
    Delete {
        /// Its name.
        key: String,
    },
}

/// What the host answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A time, in milliseconds since the Unix epoch.
    Ms(u64),
    /// Random bytes, or a signature.
    Bytes(Bytes),
    /// The answer of a server.
    Response {
        /// Its status.
        status: u16,
        /// Names and values.
        headers: Vec<(String, Bytes)>,
        /// Its body.
        body: Bytes,
    },
    /// There is no answer of a server.
    Failure {
        /// The kind, as in the plugin API.
        kind: String,
        /// Why.
        message: String,
        /// Whether the request may have reached the server.
        request_sent: bool,
    },
    /// A state entry, if there is one.
    Entry(Option<Entry>),
    /// The version of an entry that was written.
    Version(u64),
    /// It is done.
    Done,
    /// It was not done: the kind, as in the plugin API, and why.
    Refused {
        /// The kind; empty where the plugin API has none.
        kind: String,
        /// Why.
        message: String,
    },
}

/// A state entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its value.
    pub value: Bytes,
    /// Its version.
    pub version: u64,
}

/// Keeps the host calls of one call of a plugin, or plays them again. Cheap to clone: the caller keeps one and gives the
/// other along.
#[derive(Clone, Default)]
pub struct Tape(Option<Arc<Mutex<Reel>>>);

enum Reel {
    Records(Vec<HostCall>),
    Plays { left: VecDeque<HostCall>, deviation: Option<Box<Deviation>> },
}

/// Where a replayed call asked for something else than the recorded one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// What the recorded call asked for at this place; nothing if it asked for nothing more.
    pub recorded: Option<Asked>,
    /// What the replayed call asked for; nothing if it ended.
    pub asked: Option<Asked>,
}

impl Tape {
    /// Neither keeps nor plays anything.
    pub const fn off() -> Self {
        Self(None)
    }

    /// Keeps what the call is answered.
    pub fn recording() -> Self {
        Self(Some(Arc::new(Mutex::new(Reel::Records(Vec::new())))))
    }

    /// Answers the call with these, and nothing else: no request leaves, no state is read or written.
    pub fn playing(calls: Vec<HostCall>) -> Self {
        Self(Some(Arc::new(Mutex::new(Reel::Plays { left: calls.into(), deviation: None }))))
    }

    /// What was recorded, in order.
    pub fn recorded(&self) -> Vec<HostCall> {
        match self.reel().as_deref() {
            Some(Reel::Records(calls)) => calls.clone(),
            _ => Vec::new(),
        }
    }

    /// Where the call that was played to asked for something else, if it did. To be called when it is over.
    pub fn deviation(&self) -> Option<Deviation> {
        match self.reel().as_deref()? {
            Reel::Records(_) => None,
            Reel::Plays { deviation: Some(deviation), .. } => Some(Deviation::clone(deviation)),
            Reel::Plays { left, .. } => {
                let recorded = left.front()?.asked.clone();
                Some(Deviation { recorded: Some(recorded), asked: None })
            }
        }
    }

    /// The question, if anybody wants to know: making it takes copies.
    pub(crate) fn asked(&self, asked: impl FnOnce() -> Asked) -> Option<Asked> {
        self.0.is_some().then(asked)
    }

    /// The recorded answer to the question, where a tape plays. Once a call has asked for something else than was
    /// recorded, there are no further answers for it.
    pub(crate) fn play(&self, asked: Option<&Asked>) -> Option<Result<Answer, Unrecorded>> {
        let asked = asked?;
        let mut reel = self.reel()?;
        let Reel::Plays { left, deviation } = &mut *reel else { return None };
        if deviation.is_some() {
            return Some(Err(Unrecorded));
        }
        match left.pop_front() {
            Some(call) if call.asked == *asked => Some(Ok(call.answer)),
            other => {
                let recorded = other.map(|call| call.asked);
                *deviation = Some(Box::new(Deviation { recorded, asked: Some(asked.clone()) }));
                Some(Err(Unrecorded))
            }
        }
    }

    /// Keeps the answer to the question.
    pub(crate) fn note(&self, asked: Option<Asked>, answer: impl FnOnce() -> Answer) {
        let (Some(asked), Some(mut reel)) = (asked, self.reel()) else { return };
        if let Reel::Records(calls) = &mut *reel {
            calls.push(HostCall { asked, answer: answer() });
        }
    }

    fn reel(&self) -> Option<MutexGuard<'_, Reel>> {
        Some(self.0.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A replayed call asked for something that the recorded one did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unrecorded;

impl Unrecorded {
    pub const MESSAGE: &'static str = "the recorded call did not ask for this";
}

impl fmt::Debug for Tape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.reel().as_deref() {
            None => "Tape(off)",
            Some(Reel::Records(_)) => "Tape(recording)",
            Some(Reel::Plays { .. }) => "Tape(playing)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(ms: u64) -> HostCall {
        HostCall { asked: Asked::Now, answer: Answer::Ms(ms) }
    }

    #[test]
    fn what_was_recorded_is_played_in_order() {
        let tape = Tape::recording();
        for ms in [7, 8] {
            let asked = tape.asked(|| Asked::Now);
            assert_eq!(tape.play(asked.as_ref()), None, "a live host answers");
            tape.note(asked, || Answer::Ms(ms));
        }
        assert_eq!(tape.recorded(), [time(7), time(8)]);

        let tape = Tape::playing(tape.recorded());
        assert_eq!(tape.play(Some(&Asked::Now)), Some(Ok(Answer::Ms(7))));
        assert_eq!(tape.play(Some(&Asked::Now)), Some(Ok(Answer::Ms(8))));
        assert_eq!(tape.deviation(), None);
    }

    #[test]
    fn the_first_deviation_is_told_and_ends_the_answers() {
        let tape = Tape::playing(vec![time(7), time(8)]);
        let random = Asked::Random { length: 4 };
        assert_eq!(tape.play(Some(&random)), Some(Err(Unrecorded)));
        assert_eq!(tape.play(Some(&Asked::Now)), Some(Err(Unrecorded)));
        assert_eq!(tape.deviation(), Some(Deviation { recorded: Some(Asked::Now), asked: Some(random) }));

        let tape = Tape::playing(vec![time(7)]);
        assert_eq!(tape.deviation(), Some(Deviation { recorded: Some(Asked::Now), asked: None }));
        let tape = Tape::playing(Vec::new());
        tape.play(Some(&Asked::Now));
        assert_eq!(tape.deviation(), Some(Deviation { recorded: None, asked: Some(Asked::Now) }));
    }

    #[test]
    fn a_tape_that_is_off_makes_no_questions() {
        let asked = Tape::off().asked(|| unreachable!());
        assert_eq!(Tape::off().play(asked.as_ref()), None);
    }

    #[test]
    fn host_calls_are_readable_json() {
        let call = HostCall {
            asked: Asked::Send {
                method: "POST".to_owned(),
                url: "https://api.provider.example/x".to_owned(),
                headers: vec![("accept".to_owned(), b"application/json".to_vec().into())],
                body: Some(b"{}".to_vec().into()),
                secret: Some("token".to_owned()),
                timeout_ms: None,
            },
            answer: Answer::Response { status: 200, headers: Vec::new(), body: b"\xff\x00".to_vec().into() },
        };
        let json = serde_json::to_value(&call).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "call": "send", "method": "POST", "url": "https://api.provider.example/x",
                "headers": [["accept", "application/json"]], "body": "{}", "secret": "token",
                "answer": {"response": {"status": 200, "headers": [], "body": {"hex": "ff00"}}},
            })
        );
        assert_eq!(serde_json::from_value::<HostCall>(json).unwrap(), call);
    }
}
