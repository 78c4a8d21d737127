//! Actions, compiled, and what becomes of them for one event.

use crate::{
    definition::{Action, MessageTemplate},
    evaluation::{Effect, Note, PlannedAction},
    facts::Facts,
    problem::{Code, Problem, join},
    text::fold_phrase,
    variables::{JsonPhrase, Phrase, Types},
};
use domain::{ConnectionId, conversation::Status};
use serde_json::{Value, json};

/// The longest tag, in characters.
const MAX_TAG: usize = 100;

/// An action ready to be planned.
#[derive(Clone, Debug)]
pub(crate) struct CompiledAction {
    index: usize,
    pointer: String,
    step: Step,
}

#[derive(Clone, Debug)]
enum Step {
    Text(Phrase),
    Template { name: String, language: String, components: Vec<JsonPhrase> },
    Tag(Phrase),
    Status(Status, Option<String>),
    Escalate(Phrase),
    Plugin { plugin: Option<String>, connection_id: Option<ConnectionId>, action: String, input: JsonPhrase },
}

/// Compiles every action whose shape is right; the schema has reported the others.
pub(crate) fn compile(actions: &[Value], pointer: &str, problems: &mut Vec<Problem>) -> Vec<CompiledAction> {
    let shaped: Vec<(usize, Action)> = (actions.iter().enumerate())
        .filter_map(|(index, value)| Some((index, serde_json::from_value(value.clone()).ok()?)))
        .collect();
    for (place, (index, action)) in shaped.iter().enumerate() {
        let earlier = shaped[..place].iter().map(|(_, action)| action);
        refuse_repetition(action, earlier, &join(pointer, index), problems);
    }
    (shaped.iter())
        .filter_map(|(index, action)| {
            let pointer = join(pointer, index);
            let step = compile_step(action, &pointer, problems)?;
            Some(CompiledAction { index: *index, pointer, step })
        })
        .collect()
}

/// Doing the same thing twice is a slip; two statuses or two escalations contradict each other.
fn refuse_repetition<'a>(
    action: &Action,
    mut earlier: impl Iterator<Item = &'a Action>,
    pointer: &str,
    problems: &mut Vec<Problem>,
) {
    let clash = earlier.find_map(|other| match (action, other) {
        (Action::AddTag { tag }, Action::AddTag { tag: other }) => {
            (fold_phrase(tag) == fold_phrase(other)).then_some((Code::Duplicate, "this tag is added already"))
        }
        (Action::SetStatus { .. }, Action::SetStatus { .. }) => {
            Some((Code::Conflict, "a rule sets the status only once"))
        }
        (Action::Escalate { .. }, Action::Escalate { .. }) => Some((Code::Conflict, "a rule escalates only once")),
        (a, b) => (a == b).then_some((Code::Duplicate, "this action is there already")),
    });
    if let Some((code, message)) = clash {
        problems.push(Problem::new(pointer, code, message));
    }
}

fn compile_step(action: &Action, pointer: &str, problems: &mut Vec<Problem>) -> Option<Step> {
    match action {
        Action::SendMessage { text: Some(text), template: None } => {
            required(text, &join(pointer, "text"), problems).map(Step::Text)
        }
        Action::SendMessage { text: None, template: Some(template) } => {
            Some(compile_template(template, &join(pointer, "template"), problems))
        }
        Action::SendMessage { text: None, template: None } => {
            let message = "`send_message` needs a `text` or a `template`";
            problems.push(Problem::new(pointer, Code::Required, message));
            None
        }
        Action::SendMessage { text: Some(_), template: Some(_) } => {
            let message = "`send_message` has either a `text` or a `template`, not both";
            problems.push(Problem::new(pointer, Code::Conflict, message));
            None
        }
        Action::AddTag { tag } => required(tag, &join(pointer, "tag"), problems).map(Step::Tag),
        Action::SetStatus { status: Status::New, .. } => {
            let message = "nothing becomes `new` again";
            problems.push(Problem::new(join(pointer, "status"), Code::UnknownValue, message));
            None
        }
        Action::SetStatus { status, reason: Some(_) } if *status != Status::Closed => {
            let message = "a `reason` goes with `closed` alone";
            problems.push(Problem::new(join(pointer, "reason"), Code::Conflict, message));
            None
        }
        Action::SetStatus { reason: Some(reason), .. } if reason.trim().is_empty() && !reason.is_empty() => {
            let message = "at least one character is not a space";
            problems.push(Problem::new(join(pointer, "reason"), Code::TooShort, message));
            None
        }
        Action::SetStatus { status, reason } => {
            let reason = reason.as_ref().map(|reason| reason.trim().to_owned());
            Some(Step::Status(*status, reason))
        }
        Action::PluginAction { plugin, connection_id, action, input } => {
            let (code, message) = match (plugin, connection_id) {
                (None, None) => (Code::Required, "`plugin_action` needs a `plugin` or a `connection_id`"),
                (Some(_), Some(_)) => (Code::Conflict, "`plugin_action` has either a `plugin` or a `connection_id`"),
                _ => {
                    let input = JsonPhrase::parse(&json!(input), &join(pointer, "input"), problems);
                    let (plugin, connection_id, action) = (plugin.clone(), *connection_id, action.clone());
                    return Some(Step::Plugin { plugin, connection_id, action, input });
                }
            };
            problems.push(Problem::new(pointer, code, message));
            None
        }
        Action::Escalate { reason } => required(reason, &join(pointer, "reason"), problems).map(Step::Escalate),
    }
}

/// A text that is more than white space. An empty one was refused by the schema already.
fn required(text: &str, pointer: &str, problems: &mut Vec<Problem>) -> Option<Phrase> {
    if text.trim().is_empty() {
        if !text.is_empty() {
            let message = "at least one character is not a space";
            problems.push(Problem::new(pointer, Code::TooShort, message));
        }
        return None;
    }
    Some(Phrase::parse(text, pointer, problems))
}

fn compile_template(template: &MessageTemplate, pointer: &str, problems: &mut Vec<Problem>) -> Step {
    let pointer = join(pointer, "components");
    let components = (template.components.iter().enumerate())
        .map(|(i, component)| JsonPhrase::parse(component, &join(&pointer, i), problems))
        .collect();
    Step::Template { name: template.name.clone(), language: template.language.clone(), components }
}

impl CompiledAction {
    /// What is to be done, or a note why nothing is.
    pub(crate) fn plan(&self, facts: &Facts, notes: &mut Vec<Note>) -> Option<PlannedAction> {
        match self.step.effect(facts, &self.pointer, notes) {
            Ok(effect) => Some(PlannedAction { index: self.index, effect }),
            Err(reason) => {
                notes.push(Note { pointer: self.pointer.clone(), message: format!("left out: {reason}") });
                None
            }
        }
    }
}

impl Step {
    fn effect(&self, facts: &Facts, pointer: &str, notes: &mut Vec<Note>) -> Result<Effect, &'static str> {
        Ok(match self {
            Self::Text(phrase) => {
                let text = phrase.render(facts, &join(pointer, "text"), notes);
                if text.trim().is_empty() {
                    return Err("the text is empty");
                }
                Effect::SendText { text }
            }
            Self::Template { name, language, components } => Effect::SendTemplate {
                name: name.clone(),
                language: language.clone(),
                components: (components.iter().enumerate())
                    .map(|(i, component)| {
                        let pointer = format!("{pointer}/template/components/{i}");
                        component.render(facts, Types::Texts, &pointer, notes)
                    })
                    .collect(),
            },
            Self::Tag(phrase) => {
                let tag = phrase.render(facts, &join(pointer, "tag"), notes).trim().to_owned();
                match tag.chars().count() {
                    0 => return Err("the tag is empty"),
                    1..=MAX_TAG => Effect::AddTag { tag },
                    _ => return Err("the tag is longer than 100 characters"),
                }
            }
            Self::Status(status, reason) => Effect::SetStatus { status: *status, reason: reason.clone() },
            Self::Plugin { plugin, connection_id, action, input } => Effect::PluginAction {
                plugin: plugin.clone(),
                connection_id: *connection_id,
                action: action.clone(),
                input: input.render(facts, Types::Kept, &join(pointer, "input"), notes),
            },
            Self::Escalate(phrase) => {
                Effect::Escalate { reason: phrase.render(facts, &join(pointer, "reason"), notes) }
            }
        })
    }
}
