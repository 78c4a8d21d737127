//! Fixtures inside the sandbox: what comes of them there, and how it differs from what is expected.

use anyhow::Context as _;
use plugin_host::{CallContext, CallSecrets, Cause, Plugin, Tape};
use plugin_sdk::{
    Event,
    testing::{Fixture, Outcome},
};
use similar::TextDiff;
use std::path::Path;

/// What the plugin makes of a fixture. That it broke, or was stopped, is an error here.
pub async fn outcome(plugin: &Plugin, fixture: &Fixture) -> anyhow::Result<Outcome> {
    match plugin.parse(&context(fixture), fixture.request()?).await {
        Ok(events) => Ok(Ok(events.iter().map(to_json).collect::<Result<_, _>>()?)),
        Err(error) => match &error.cause {
            Cause::Plugin(told) => Ok(Err(told.kind)),
            _ => Err(error.into()),
        },
    }
}

/// The context of a fixture's call, the same as the SDK's natively.
pub fn context(fixture: &Fixture) -> CallContext {
    let native = fixture.context();
    CallContext {
        call_id: native.call_id,
        attempt: native.attempt,
        now_ms: native.now_ms,
        connection_id: native.connection_id,
        settings: fixture.settings.clone(),
        // Reading a webhook needs neither secrets nor state.
        secrets: CallSecrets::default(),
        state: None,
        recorder: None,
        tape: Tape::off(),
    }
}

/// How a fixture went.
pub enum Verdict {
    /// As expected.
    Same,
    /// Otherwise: the difference, for people.
    Differs(String),
}

/// Replays one fixture.
pub async fn replay(plugin: &Plugin, fixture: &Fixture) -> anyhow::Result<Verdict> {
    Ok(match outcome(plugin, fixture).await {
        Ok(outcome) if fixture.expected().as_ref() == Some(&outcome) => Verdict::Same,
        Ok(outcome) => Verdict::Differs(difference(fixture.expected().as_ref(), &outcome)),
        Err(error) => Verdict::Differs(format!("{error:#}\n")),
    })
}

/// Replays fixtures and prints a line for each, and how it differs. Returns how many differ.
pub async fn replay_all<'a>(
    plugin: &Plugin,
    fixtures: impl IntoIterator<Item = (&'a Path, &'a Fixture)>,
) -> anyhow::Result<usize> {
    let mut differing = 0;
    for (file, fixture) in fixtures {
        let verdict = replay(plugin, fixture).await.with_context(|| file.display().to_string())?;
        differing += usize::from(print(file, verdict));
    }
    Ok(differing)
}

/// Prints how a file went. Returns whether it differs.
pub fn print(file: &Path, verdict: Verdict) -> bool {
    match verdict {
        Verdict::Same => {
            println!("same     {}", file.display());
            false
        }
        Verdict::Differs(how) => {
            println!("differs  {}\n{how}", file.display());
            true
        }
    }
}

/// How what came differs from what was expected, line by line.
pub fn difference(expected: Option<&Outcome>, got: &Outcome) -> String {
    let expected = expected.map_or_else(String::new, text);
    let got = text(got);
    TextDiff::from_lines(&expected, &got).unified_diff().context_radius(3).header("expected", "got").to_string()
}

fn text(outcome: &Outcome) -> String {
    match outcome {
        Ok(events) => format!("{:#}\n", serde_json::Value::Array(events.clone())),
        Err(kind) => format!("error: {}\n", kind.as_str()),
    }
}

fn to_json(event: &Event) -> serde_json::Result<serde_json::Value> {
    serde_json::to_value(event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_sdk::ErrorKind;
    use serde_json::json;

    #[test]
    fn a_difference_shows_the_lines_that_changed() {
        let event = |text: &str| json!({"event": "custom", "name": text});
        let told = difference(Some(&Ok(vec![event("a")])), &Ok(vec![event("b")]));
        assert!(told.contains("-    \"name\": \"a\"\n+    \"name\": \"b\"\n"), "{told}");
        let told = difference(Some(&Err(ErrorKind::InvalidInput)), &Ok(vec![]));
        assert!(told.contains("-error: invalid_input\n+[]\n"), "{told}");
        assert!(difference(None, &Ok(vec![])).contains("+[]"));
    }
}
