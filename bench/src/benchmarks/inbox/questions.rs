//! What is asked of the inbox.

use crate::stand::big_inbox::{Kind, Size, id};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use uuid::Uuid;

/// The filters that a console offers, each with values that many, some and few conversations have.
fn offered() -> Vec<Vec<String>> {
    let agent = id(Kind::Agent, 3);
    let team = id(Kind::Team, 2);
    let values: [&[&str]; 12] = [
        &[
            "status=open",
            "status=new,queued,open",
            "status=closed",
            "status=snoozed",
            "queue_state=queued",
            "queue_state=assigned",
        ],
        &["assigned_to=me", "assigned_to=nobody", "assigned_to={agent}"],
        &["team={team}"],
        &["priority=urgent", "priority=high,urgent", "priority=normal"],
        &["channel=whatsapp", "channel=email"],
        &["brand=brand-0", "brand=brand-2"],
        &["tag=tag-0", "tag=tag-39", "tag=tag-1,tag-2"],
        &["category=category-3"],
        &["unread=true"],
        &["escalated=true"],
        &["attributes=%7B%22plan%22%3A%22plan-7%22%7D"],
        &["archived=true"],
    ];
    let put = |value: &&str| value.replace("{agent}", &agent.to_string()).replace("{team}", &team.to_string());
    values.iter().map(|values| values.iter().map(put).collect()).collect()
}

/// No filter, every one alone, every two together, and so many threes and fours, always the same.
pub fn filters(more: usize) -> Vec<String> {
    let offered = offered();
    let mut all = vec![String::new()];
    all.extend(offered.iter().flatten().cloned());
    for (place, first) in offered.iter().enumerate() {
        for second in &offered[place + 1..] {
            all.extend(first.iter().flat_map(|a| second.iter().map(move |b| format!("{a}&{b}"))));
        }
    }
    let mut random = StdRng::seed_from_u64(1);
    for _ in 0..more {
        let count = random.random_range(3..=4);
        let filters: Vec<&Vec<String>> = offered.sample(&mut random, count).collect();
        let values: Vec<&str> =
            filters.into_iter().filter_map(|values| values.choose(&mut random).map(String::as_str)).collect();
        all.push(values.join("&"));
    }
    all
}

/// Who looks for what.
pub struct Vocabulary(pub Vec<String>);

impl Vocabulary {
    fn word(&self, place: i64) -> &str {
        let words = i64::try_from(self.0.len()).unwrap_or(i64::MAX);
        usize::try_from(place % words).ok().and_then(|place| self.0.get(place)).map_or("", String::as_str)
    }

    /// What is looked for in messages, by how frequent it is.
    pub fn in_messages(&self, count: i64) -> Vec<(&'static str, Vec<String>)> {
        let many = |typed: &dyn Fn(i64) -> String| (0..count).map(typed).collect::<Vec<_>>();
        vec![
            ("a frequent word", many(&|n| self.word(n % 20).to_owned())),
            ("a less frequent word", many(&|n| self.word(100 + n * 37 % 2_000).to_owned())),
            ("a rare word", many(&|n| self.word(10_000 + n * 331 % 30_000).to_owned())),
            ("the number of an order", many(&|n| (n * 7_919 * 3 + 3).to_string())),
            ("the beginning of words", many(&|n| self.word(n * 53 % 4_000).chars().take(3).collect())),
            ("two words", many(&|n| format!("{}%20{}", self.word(n % 50), self.word(50 + n * 17 % 3_000)))),
        ]
    }

    /// What is typed to find people: a name, a part of a number, a whole name, the beginning of one.
    pub fn names(&self, count: i64) -> Vec<String> {
        let typed = |n: i64| match n % 4 {
            0 => self.word(n % 400).to_owned(),
            1 => format!("{:06}", n * 7_919 % 300_000),
            2 => format!("{}%20{}", self.word(n % 400), self.word(400 + n * 331 % 20_000)),
            _ => self.word(n % 400).chars().take(2).collect(),
        };
        (0..count).map(typed).collect()
    }
}

/// The cursor of a list in the order of ids.
pub fn cursor(id: Uuid) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(id.as_bytes())
}

/// One question of every kind, for its plan.
pub fn of_every_kind(vocabulary: &Vocabulary, size: Size) -> Vec<(&'static str, String)> {
    let long = id(Kind::Conversation, 0);
    let middle = cursor(id(Kind::Message, size.conversations * 10 + size.long / 2));
    let (frequent, rare) = (vocabulary.word(3), vocabulary.word(30_000));
    vec![
        ("a list", "/conversations".to_owned()),
        ("a list of a status", "/conversations?status=open".to_owned()),
        ("a list of what is waiting", "/conversations?queue_state=queued".to_owned()),
        ("a list of a person", format!("/conversations?assigned_to={}", id(Kind::Agent, 3))),
        ("a list of a tag", "/conversations?tag=tag-39".to_owned()),
        ("a list of two statuses and a priority", "/conversations?status=open,new&priority=urgent".to_owned()),
        ("a list of an attribute", "/conversations?attributes=%7B%22plan%22%3A%22plan-7%22%7D".to_owned()),
        ("a conversation", format!("/conversations/{long}")),
        ("a page of messages", format!("/conversations/{long}/messages?cursor={middle}")),
        ("the queues", "/queues".to_owned()),
        ("search messages: a frequent word", format!("/search/messages?q={frequent}")),
        ("search messages: a rare word", format!("/search/messages?q={rare}")),
        ("search messages in a conversation", format!("/search/messages?q={rare}&conversation_id={long}")),
        ("search conversations", format!("/conversations?search={rare}")),
        ("search contacts", format!("/contacts?search={rare}")),
        ("everything about a contact", format!("/contacts/{}/overview", id(Kind::Contact, 5))),
    ]
}
