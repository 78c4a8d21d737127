//! A call of a plugin that was made once, with everything that the host told it, so that it can be made again without a
//! provider and gives the same result.

use super::fixtures::Verdict;
use anyhow::Context as _;
use plugin_host::{
    CallContext, CallError, CallSecrets, Cause, Invocation, Plugin, Tape,
    tape::{Asked, Deviation, HostCall},
};
use plugin_sdk::PluginError;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use similar::TextDiff;
use std::path::Path;

/// What such a file holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedCall {
    /// What it shows, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// The call's id, as the plugin was told.
    pub call_id: String,
    /// Which attempt it was.
    pub attempt: u32,
    /// The time of the call, in milliseconds since the Unix epoch.
    pub now_ms: u64,
    /// The connection it was about.
    pub connection_id: String,
    /// The connection's settings, without its secrets.
    pub settings: Value,
    /// What was called, with what.
    #[serde(flatten)]
    pub invocation: Invocation,
    /// What the plugin asked the host for, and what it was told.
    pub host: Vec<HostCall>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Its result.
    Result(Value),
    /// The error that the plugin answered with.
    Error(PluginError),
    /// Why the host ended it, such as `trap`.
    Ended(String),
}

impl From<Result<Value, CallError>> for Outcome {
    fn from(result: Result<Value, CallError>) -> Self {
        match result {
            Ok(value) => Self::Result(value),
            Err(CallError { cause: Cause::Plugin(error), .. }) => Self::Error(error),
            Err(error) => Self::Ended(error.cause.as_str().to_owned()),
        }
    }
}

impl RecordedCall {
    /// A call that was made in this context, with what its tape has kept.
    pub fn of(ctx: &CallContext, invocation: &Invocation, outcome: Outcome) -> Self {
        Self {
            about: String::new(),
            call_id: ctx.call_id.clone(),
            attempt: ctx.attempt,
            now_ms: ctx.now_ms,
            connection_id: ctx.connection_id.clone(),
            settings: ctx.settings.clone(),
            invocation: invocation.clone(),
            host: ctx.tape.recorded(),
            outcome,
        }
    }

    /// Reads a file, which the error names.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(file).with_context(|| file.display().to_string())?;
        serde_json::from_slice(&text).with_context(|| file.display().to_string())
    }

    /// The file's text.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("a call has only string keys") + "\n"
    }

    /// Makes the call again, with the host's answers from the file. Also says where the plugin asked for something else.
    pub async fn perform(&self, plugin: &Plugin) -> (Outcome, Option<Deviation>) {
        let tape = Tape::playing(self.host.clone());
        let ctx = CallContext {
            call_id: self.call_id.clone(),
            attempt: self.attempt,
            now_ms: self.now_ms,
            connection_id: self.connection_id.clone(),
            settings: self.settings.clone(),
            secrets: CallSecrets::default(),
            state: None,
            recorder: None,
            tape: tape.clone(),
        };
        let outcome = plugin.perform(&ctx, &self.invocation).await.into();
        (outcome, tape.deviation())
    }

    /// How a repetition went.
    pub async fn replay(&self, plugin: &Plugin) -> Verdict {
        let (outcome, deviation) = self.perform(plugin).await;
        if let Some(deviation) = deviation {
            return Verdict::Differs(told(&deviation));
        }
        if outcome == self.outcome {
            return Verdict::Same;
        }
        let (expected, got) = (text(&self.outcome), text(&outcome));
        let diff = TextDiff::from_lines(&expected, &got);
        Verdict::Differs(diff.unified_diff().context_radius(3).header("expected", "got").to_string())
    }
}

fn text<T: Serialize>(value: &T) -> String {
    format!("{:#}\n", serde_json::to_value(value).expect("it has only string keys"))
}

fn told(deviation: &Deviation) -> String {
    let ask = |asked: &Option<Asked>| asked.as_ref().map_or_else(|| "nothing\n".to_owned(), text);
    let (recorded, asked) = (ask(&deviation.recorded), ask(&deviation.asked));
    let diff = TextDiff::from_lines(&recorded, &asked);
    format!(
        "it asks the host for something else:\n{}",
        diff.unified_diff().context_radius(3).header("recorded", "asked")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_host::tape::Answer;
    use serde_json::json;

    fn recorded() -> Value {
        json!({
            "call_id": "c", "attempt": 1, "now_ms": 1_780_000_000_000_u64, "connection_id": "k",
            "settings": {"shop": "kettle"},
            "function": "options", "input": {"field": "/location", "search": "b"},
            "host": [
                {"call": "now", "answer": {"ms": 1_780_000_000_001_u64}},
                {"call": "send", "method": "GET", "url": "https://api.example.com/", "headers": [], "secret": "token",
                 "answer": {"response": {"status": 200, "headers": [["x", "y"]], "body": "[]"}}},
            ],
            "outcome": {"result": []},
        })
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let call: RecordedCall = serde_json::from_value(recorded()).unwrap();
        assert_eq!(call.host[0].answer, Answer::Ms(1_780_000_000_001));
        assert_eq!(call.invocation, Invocation::Options { field: "/location".to_owned(), search: "b".to_owned() });
        let again: RecordedCall = serde_json::from_str(&call.to_text()).unwrap();
        assert_eq!(again, call);

        let mut check = recorded();
        check["function"] = json!("check");
        check.as_object_mut().unwrap().remove("input");
        let check: RecordedCall = serde_json::from_value(check).unwrap();
        assert_eq!(check.invocation, Invocation::Check);
        let again: RecordedCall = serde_json::from_str(&check.to_text()).unwrap();
        assert_eq!(again, check);
    }

    #[test]
    fn what_a_plugin_asks_for_instead_is_shown() {
        let told = told(&Deviation { recorded: Some(Asked::Now), asked: None });
        assert!(told.contains("-  \"call\": \"now\"") && told.contains("+nothing"), "{told}");
    }
}
