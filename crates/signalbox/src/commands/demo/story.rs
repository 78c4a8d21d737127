//! How the demo tells what happens.

use anyhow::bail;
use sandbox::traffic::Customer;
use serde_json::Value;

/// What was told so far, and what was missing in it.
#[derive(Default)]
pub struct Story {
    steps: usize,
    missing: Vec<String>,
}

impl Story {
    /// A part begins: its title, and what it is about.
    pub fn begin(&self, title: &str, description: &str) {
        if self.steps > 0 {
            println!("\n");
        }
        println!("{title}: {description}");
    }

    /// A webhook, and what it was answered.
    pub fn received(&mut self, status: &Value) {
        self.step(*status == 200, "received", &format!("signature verified, answered {status}"));
    }

    /// Something that should happen, and whether it did.
    pub fn step(&mut self, happened: bool, what: &str, detail: &str) {
        self.steps += 1;
        let mark = if happened { "✓" } else { "✗" };
        println!("  {mark} {what:<13} {detail}");
        if !happened {
            self.missing.push(format!("{what}: {detail}"));
        }
    }

    /// A rule that matched, with what its conditions found and what it did.
    pub fn rule(&mut self, run: &Value) {
        self.step(run["outcome"] == "matched", "rule matched", &why(run));
        for condition in conditions(&run["trace"]["conditions"]) {
            println!("                  where {condition}");
        }
        println!("                  it did: {}", done(run));
    }

    /// A reply of a rule, from the provider's acceptance to the customer's eyes.
    pub fn reply(&mut self, reply: &Value, accepted: u64) {
        let status = text(&reply["status"]);
        println!("    “{}”", text(&reply["preview"]));
        self.step(accepted == 1, "accepted", &format!("by the provider, {accepted} time(s)"));
        let reached = ["sent", "delivered", "read"];
        let how_far = reached.iter().position(|name| *name == status);
        for (place, name) in reached.iter().enumerate() {
            let happened = how_far.is_some_and(|far| place <= far);
            let detail = if happened { String::new() } else { format!("the message is `{status}`") };
            self.step(happened, name, &detail);
        }
    }

    /// The end: an error if anything was missing.
    pub fn end(self) -> anyhow::Result<()> {
        println!();
        if self.missing.is_empty() {
            println!("All {} steps happened.", self.steps);
            return Ok(());
        }
        bail!("{} of {} steps are missing:\n  {}", self.missing.len(), self.steps, self.missing.join("\n  "))
    }
}

/// The address by which a customer's contact is found: the business-scoped id where there is one.
pub fn address(customer: &Customer) -> String {
    match (&customer.user_id, &customer.phone) {
        (Some(id), _) => id.clone(),
        (None, Some(phone)) => format!("+{phone}"),
        (None, None) => String::new(),
    }
}

/// A message in a few words.
pub fn gist(message: &Value) -> String {
    let kind = text(&message["type"]);
    let words = ["body", "caption", "emoji", "name"].iter().find_map(|key| message[key].as_str());
    match (kind.as_str(), words) {
        ("text", Some(words)) => format!("“{words}”"),
        (_, Some(words)) => format!("[{kind}] {words}"),
        (_, None) => format!("[{kind}]"),
    }
}

/// Which rule matched, and why.
fn why(run: &Value) -> String {
    format!("“{}”, because {}", text(&run["rule_name"]), text(&run["trace"]["trigger"]["reason"]))
}

/// What a rule did, in the words of its actions.
fn done(run: &Value) -> String {
    let actions = run["actions"].as_array().into_iter().flatten();
    actions.map(|action| text(&action["type"]).replace('_', " ")).collect::<Vec<_>>().join(", ")
}

/// Every single test of a tree of conditions, with the value that it found.
fn conditions(trace: &Value) -> Vec<String> {
    if let Some(fact) = trace["fact"].as_str() {
        let (op, expected) = (text(&trace["op"]).replace('_', " "), &trace["expected"]);
        return vec![format!("{fact} {op} {expected}: it is {}", trace["actual"])];
    }
    match &trace["of"] {
        Value::Array(parts) => parts.iter().flat_map(conditions).collect(),
        Value::Null => Vec::new(),
        part => conditions(part),
    }
}

/// A customer says something.
pub fn says(name: &str, what: &str) {
    println!("\n{name}: {what}");
}

/// From here on it is about this customer.
pub fn about(name: &str) {
    println!("\nWhat happened for {name}");
}

/// The last part of an id: enough to tell one from another.
pub fn short(id: &Value) -> String {
    text(id).rsplit('-').next().unwrap_or_default().to_owned()
}

/// A text, or nothing.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_missing_step_fails_the_story() {
        let mut story = Story::default();
        story.step(true, "received", "");
        story.reply(&json!({ "status": "sent", "preview": "hi" }), 1);
        let error = story.end().unwrap_err().to_string();
        assert!(error.starts_with("2 of 5 steps are missing"), "{error}");
    }

    #[test]
    fn a_complete_story_ends_well() {
        let mut story = Story::default();
        story.reply(&json!({ "status": "read", "preview": "hi" }), 1);
        story.end().unwrap();
    }

    #[test]
    fn conditions_are_told_with_what_they_found() {
        let test =
            json!({ "fact": "contact.is_new", "op": "equals", "expected": true, "actual": true, "result": true });
        let tree = json!({ "all": null, "of": [test.clone(), { "not": null, "of": test }] });
        assert_eq!(conditions(&tree), ["contact.is_new equals true: it is true"; 2]);
        assert!(conditions(&Value::Null).is_empty());
    }

    #[test]
    fn messages_are_told_in_a_few_words() {
        assert_eq!(gist(&json!({ "type": "text", "body": "Hola" })), "“Hola”");
        assert_eq!(gist(&json!({ "type": "image", "caption": "blue" })), "[image] blue");
        assert_eq!(gist(&json!({ "type": "sticker" })), "[sticker]");
    }
}
