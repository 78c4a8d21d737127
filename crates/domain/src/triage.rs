//! Finding out with a few questions whose matter a new conversation is.
//!
//! [`Flow`] is what is asked, [`State`] how far it is. What follows what is known here and nowhere else, without a clock
//! and without a database: whoever keeps the state gives it with what was said, and does what comes back.

mod phrase;

use crate::{
    TeamId,
    conversation::named,
    rich::{Choice, QuickReplies, chosen},
};
use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What new conversations are asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Lets the customer choose a team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamQuestion>,
    /// What else is asked, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 5))]
    pub questions: Vec<Question>,
    /// What somebody says who wants a person at once, in any language. Without it, common words for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100), inner(length(min = 1, max = 100)))]
    pub human_phrases: Option<Vec<String>>,
    /// The team that gets what nobody has chosen a team for. Without it, that of the connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_team_id: Option<TeamId>,
    /// How long all of it may take, in seconds.
    #[serde(default = "two_minutes")]
    #[schemars(range(min = 10, max = 3600))]
    pub timeout_seconds: u32,
    /// What is said when it is over, unless nobody was waited for any longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1000))]
    pub closing_text: Option<String>,
}

/// The question for the team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamQuestion {
    /// The question.
    #[schemars(length(min = 1, max = 1000))]
    pub text: String,
    /// The teams that there are to choose from, in this order.
    #[schemars(length(min = 2, max = 10))]
    pub teams: Vec<TeamChoice>,
}

/// A team, as customers know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamChoice {
    /// The team.
    pub team_id: TeamId,
    /// What customers read. Up to 20 characters are a button on WhatsApp.
    #[schemars(length(min = 1, max = 80))]
    pub title: String,
}

/// A question whose answer is kept as an attribute of the conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The question.
    #[schemars(length(min = 1, max = 1000))]
    pub text: String,
    /// The attribute, which the tenant has defined: its kind decides what is an answer.
    #[schemars(length(min = 1, max = 50))]
    pub attribute: String,
}

/// The JSON Schema of flows.
pub fn schema() -> Value {
    schema_for!(Flow).to_value()
}

const fn two_minutes() -> u32 {
    120
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// What was asked last.
    pub asked: Asked,
    /// Whether it was asked for the second time.
    pub again: bool,
    /// The team that was chosen.
    pub team: Option<TeamId>,
}

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// For the team.
    Team,
    /// The question in this place.
    Question(usize),
}

/// What a customer said.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said<'a> {
    /// The id of the button that they pressed.
    pub button: Option<&'a str>,
    /// What they wrote, or what stood on the button.
    pub text: Option<&'a str>,
}

/// What is done with what a customer said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// What is kept: an attribute and its value.
    pub keep: Option<(String, Value)>,
    /// What follows.
    pub then: Then,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// A question, with the state that waits for its answer.
    Ask(State),
    /// It is over: the team, or none in particular, and why.
    Route(Option<TeamId>, Reason),
}

/// Why a conversation was given to a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The customer chose it.
    Chosen,
    /// The customer was not asked for one.
    Unasked,
    /// The customer chose none of those on offer, twice.
    Unclear,
    /// The customer wanted a person at once.
    Human,
    /// The customer did not answer in time.
    Timeout,
    /// A person of the tenant took the matter in hand before it was over.
    Person,
}
named!(Reason, "reason of a triage", {
    Chosen => "chosen", Unasked => "unasked", Unclear => "unclear", Human => "human", Timeout => "timeout",
    Person => "person",
});

impl TeamQuestion {
    /// The question as a message.
    pub fn message(&self) -> QuickReplies {
        QuickReplies { text: self.text.clone(), replies: self.choices() }
    }

    fn choices(&self) -> Vec<Choice> {
        let choice = |team: &TeamChoice| Choice { id: team.team_id.to_string(), title: team.title.clone() };
        self.teams.iter().map(choice).collect()
    }

    fn answered(&self, said: Said<'_>) -> Option<TeamId> {
        let choices = self.choices();
        let chosen = chosen(&choices, said.button, said.text)?;
        self.teams.iter().map(|team| team.team_id).find(|team| team.to_string() == chosen.id)
    }
}

impl Flow {
    /// What follows the first message of a conversation.
    pub fn begin(&self, said: Said<'_>) -> Then {
        if self.wants_a_person(said) {
            return self.route(None, Reason::Human);
        }
        match self.team {
            Some(_) => Then::Ask(State { asked: Asked::Team, again: false, team: None }),
            None => self.ask(0, None),
        }
    }

    /// What follows an answer. `read` makes a value of what somebody wrote, if it is one of the attribute.
    pub fn answer(&self, state: &State, said: Said<'_>, read: impl Fn(&str, &str) -> Option<Value>) -> Turn {
        let only = |then| Turn { keep: None, then };
        if self.wants_a_person(said) {
            return only(self.route(state.team, Reason::Human));
        }
        let once_more = || only(Then::Ask(State { again: true, ..state.clone() }));
        match state.asked {
            Asked::Team => match self.team.as_ref().and_then(|question| question.answered(said)) {
                Some(team) => only(self.ask(0, Some(team))),
                None if !state.again => once_more(),
                None => only(self.ask(0, None)),
            },
            Asked::Question(place) => {
                let Some(question) = self.questions.get(place) else { return only(self.ask(place, state.team)) };
                let value = said.text.and_then(|text| read(&question.attribute, text));
                match value {
                    None if !state.again => once_more(),
                    value => Turn {
                        keep: value.map(|value| (question.attribute.clone(), value)),
                        then: self.ask(place + 1, state.team),
                    },
                }
            }
        }
    }

    /// What follows when the time is over.
    pub fn time_out(&self, state: &State) -> Then {
        self.route(state.team, Reason::Timeout)
    }

    /// The question in this place, or the end if there is none.
    fn ask(&self, place: usize, team: Option<TeamId>) -> Then {
        if place < self.questions.len() {
            return Then::Ask(State { asked: Asked::Question(place), again: false, team });
        }
        let reason = match (&self.team, team) {
            (_, Some(_)) => Reason::Chosen,
            (Some(_), None) => Reason::Unclear,
            (None, None) => Reason::Unasked,
        };
        self.route(team, reason)
    }

    fn route(&self, team: Option<TeamId>, reason: Reason) -> Then {
        Then::Route(team.or(self.default_team_id), reason)
    }

    fn wants_a_person(&self, said: Said<'_>) -> bool {
        let Some(text) = said.text else { return false };
        match &self.human_phrases {
            Some(phrases) => phrases.iter().any(|phrase| phrase::is_in(phrase, text)),
            None => phrase::FOR_A_PERSON.iter().any(|phrase| phrase::is_in(phrase, text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SALES: TeamId = TeamId(uuid::Uuid::from_u128(1));
    const HELP: TeamId = TeamId(uuid::Uuid::from_u128(2));
    const DEFAULT: TeamId = TeamId(uuid::Uuid::from_u128(3));

    fn flow(team: bool, questions: &[&str]) -> Flow {
        let choice = |team_id, title: &str| TeamChoice { team_id, title: title.to_owned() };
        let teams = vec![choice(SALES, "Sales"), choice(HELP, "Help")];
        let question =
            |attribute: &&str| Question { text: format!("{attribute}?"), attribute: (*attribute).to_owned() };
        Flow {
            team: team.then(|| TeamQuestion { text: "Who?".to_owned(), teams }),
            questions: questions.iter().map(question).collect(),
            human_phrases: None,
            default_team_id: Some(DEFAULT),
            timeout_seconds: two_minutes(),
            closing_text: None,
        }
    }

    fn text(text: &str) -> Said<'_> {
        Said { button: None, text: Some(text) }
    }

    /// Numbers are numbers, anything else is none.
    fn read(_: &str, text: &str) -> Option<Value> {
        text.parse::<u32>().ok().map(|number| json!(number))
    }

    fn ask(asked: Asked, again: bool, team: Option<TeamId>) -> Then {
        Then::Ask(State { asked, again, team })
    }

    #[test]
    fn it_begins_with_the_team_or_the_first_question_or_not_at_all() {
        for (flow, said, then) in [
            (flow(true, &["order"]), "Hello", ask(Asked::Team, false, None)),
            (flow(false, &["order"]), "Hello", ask(Asked::Question(0), false, None)),
            (flow(false, &[]), "Hello", Then::Route(Some(DEFAULT), Reason::Unasked)),
            (flow(true, &["order"]), "Human, please!", Then::Route(Some(DEFAULT), Reason::Human)),
        ] {
            assert_eq!(flow.begin(text(said)), then, "{said}");
        }
    }

    #[rustfmt::skip] // A table reads in rows.
    #[test]
    fn what_follows_an_answer() {
        let (short, long, none) = (flow(true, &[]), flow(true, &["order", "size"]), flow(false, &["order"]));
        let (help, default) = (Some(HELP), Some(DEFAULT));
        let button = |id| Said { button: Some(id), text: Some("Help") };
        let help_id = HELP.to_string();
        let at = |asked, again, team| State { asked, again, team };
        let (team, first, second) = (Asked::Team, Asked::Question(0), Asked::Question(1));
        for (flow, state, said, keep, then) in [
            (&short, at(team, false, None), text("2"), None, Then::Route(help, Reason::Chosen)),
            (&short, at(team, false, None), button(&help_id), None, Then::Route(help, Reason::Chosen)),
            (&short, at(team, false, None), text("My lamp is broken"), None, ask(team, true, None)),
            (&short, at(team, true, None), text("My lamp is broken"), None, Then::Route(default, Reason::Unclear)),
            (&short, at(team, true, None), text("help"), None, Then::Route(help, Reason::Chosen)),
            (&short, at(team, false, None), Said::default(), None, ask(team, true, None)),
            (&short, at(team, false, None), text("I want a human"), None, Then::Route(default, Reason::Human)),
            (&long, at(team, false, None), text("2"), None, ask(first, false, help)),
            (&long, at(team, true, None), text("?"), None, ask(first, false, None)),
            (&long, at(first, false, help), text("1001"), Some(("order", json!(1001))), ask(second, false, help)),
            (&long, at(first, false, help), text("no idea"), None, ask(first, true, help)),
            (&long, at(first, true, help), text("no idea"), None, ask(second, false, help)),
            (&long, at(second, false, help), text("7"), Some(("size", json!(7))), Then::Route(help, Reason::Chosen)),
            (&long, at(second, false, None), text("7"), Some(("size", json!(7))), Then::Route(default, Reason::Unclear)),
            (&long, at(second, false, help), text("a real person!"), None, Then::Route(help, Reason::Human)),
            (&none, at(first, false, None), text("7"), Some(("order", json!(7))), Then::Route(default, Reason::Unasked)),
            // The flow that the state is of is kept with it; but whatever comes, it ends.
            (&short, at(second, false, help), text("7"), None, Then::Route(help, Reason::Chosen)),
        ] {
            let keep = keep.map(|(attribute, value): (&str, Value)| (attribute.to_owned(), value));
            assert_eq!(flow.answer(&state, said, read), Turn { keep, then }, "{state:?} {said:?}");
        }
    }

    #[test]
    fn who_does_not_answer_gets_the_team_they_chose_or_the_default() {
        let flow = flow(true, &["order"]);
        let state = |team| State { asked: Asked::Question(0), again: true, team };
        assert_eq!(flow.time_out(&state(Some(HELP))), Then::Route(Some(HELP), Reason::Timeout));
        assert_eq!(flow.time_out(&state(None)), Then::Route(Some(DEFAULT), Reason::Timeout));
    }

    #[test]
    fn whatever_is_said_it_ends_within_two_answers_for_each_question() {
        let flow = flow(true, &["order", "size"]);
        let mut then = flow.begin(text("Hello"));
        for _ in 0..6 {
            let Then::Ask(state) = then else { panic!("it ended early: {then:?}") };
            then = flow.answer(&state, text("..."), read).then;
        }
        assert_eq!(then, Then::Route(Some(DEFAULT), Reason::Unclear));
    }

    #[test]
    fn phrases_of_ones_own_take_the_place_of_the_common_ones() {
        let flow = Flow { human_phrases: Some(vec!["Chef".to_owned()]), ..flow(true, &[]) };
        assert_eq!(flow.begin(text("human")), ask(Asked::Team, false, None));
        assert_eq!(flow.begin(text("den chef!")), Then::Route(Some(DEFAULT), Reason::Human));
    }
}
