//! Triage over a channel: the questions, the answers, the ways out.

use crate::world::World;
use chrono::TimeDelta;
use domain::{
    TeamId, UserId,
    attribute::{Kind, Owner},
    conversation::AssignmentMethod,
    event::Actor,
    role::Role,
    team::Assignment,
    triage::{Flow, Question, TeamChoice, TeamQuestion},
};
use inbox::Cause;
use sandbox::{
    RequestFilter,
    traffic::{Content, Customer, Inbound},
};
use serde_json::Value;
use store::{
    attributes::{self, Definition},
    teams::{self, Team},
    triage::{self, Scope},
    users::{self, NewUser},
};

const NUMBER: &str = "106540352242922";

/// A world whose connection asks for one of these teams, and then for an order.
struct Desk {
    world: World,
    teams: Vec<TeamId>,
    agent: UserId,
}

impl Desk {
    async fn new(names: &[&str]) -> Self {
        let world = World::new().await;
        let now = world.now();
        let mut tx = world.env.db.begin(world.tenant).await.unwrap();
        let mut ids = Vec::new();
        for name in [names, &["rest"]].concat() {
            let id = TeamId::new();
            let team = Team {
                id,
                name: name.to_owned(),
                description: String::new(),
                ticket_prefix: "T".to_owned(),
                assignment: Assignment::Manual,
                capacity: None,
                version: 1,
                created_at: now,
                updated_at: now,
            };
            teams::create(&mut tx, &team).await.unwrap();
            ids.push(id);
        }
        let agent = UserId::new();
        let user = NewUser { id: agent, email: "a@b.example", name: "A", role: Role::Agent.into(), password_hash: "x" };
        users::create(&mut tx, &user, now).await.unwrap();
        let order = Definition {
            owner: Owner::Conversation,
            key: "order".to_owned(),
            name: "Order".to_owned(),
            kind: Kind::Number,
            options: Vec::new(),
        };
        attributes::put(&mut tx, world.tenant, &order, now).await.unwrap();
        let choice = |(team_id, title): (&TeamId, &&str)| TeamChoice { team_id: *team_id, title: (*title).to_owned() };
        let flow = Flow {
            team: Some(TeamQuestion { text: "Who?".to_owned(), teams: ids.iter().zip(names).map(choice).collect() }),
            questions: vec![Question { text: "Which order?".to_owned(), attribute: "order".to_owned() }],
            human_phrases: None,
            default_team_id: ids.last().copied(),
            timeout_seconds: 120,
            closing_text: Some("Somebody will be with you.".to_owned()),
        };
        triage::put(&mut tx, world.tenant, &Scope::Connection(world.connection), &flow, now).await.unwrap();
        tx.commit().await.unwrap();
        Self { world, teams: ids, agent }
    }

    /// Ada writes, through the simulator, which opens its window, too.
    async fn write(&self, text: &str) {
        self.send(Inbound::text(ada(), text)).await;
    }

    async fn send(&self, message: Inbound) {
        let composed = self.world.sandbox.compose(NUMBER, message).unwrap();
        self.world.deliver_bytes(composed.webhook.body.to_vec()).await;
        self.world.settle().await;
        self.world.advance(TimeDelta::seconds(1));
    }

    /// What Ada was sent, the first message first: texts, and of interactive messages their body.
    fn sent(&self) -> Vec<String> {
        let requests = self.world.sandbox.requests(&RequestFilter::default());
        let bodies = requests.iter().map(|request| request.body.as_ref().unwrap().get());
        let text = |body: &str| {
            let body: Value = serde_json::from_str(body).unwrap();
            let text = body.pointer("/text/body").or_else(|| body.pointer("/interactive/body/text"));
            text.unwrap().as_str().unwrap().to_owned()
        };
        bodies.map(text).collect()
    }

    /// Status, team, whether it waits for somebody, and why it is there.
    async fn standing(&self) -> (String, Option<TeamId>, bool, Option<String>) {
        let mut tx = self.world.env.db.begin(self.world.tenant).await.unwrap();
        let id = self.world.conversation().await;
        let conversation = store::conversations::lock(&mut tx, self.world.tenant, id).await.unwrap().unwrap();
        let run = triage::of_conversation(&mut tx, self.world.tenant, id).await.unwrap();
        let reason = run.and_then(|run| run.reason).map(|reason| reason.to_string());
        (conversation.status.to_string(), conversation.team_id, conversation.queued_at.is_some(), reason)
    }

    fn queued(&self, team: usize, reason: &str) -> (String, Option<TeamId>, bool, Option<String>) {
        ("queued".to_owned(), Some(self.teams[team]), true, Some(reason.to_owned()))
    }

    async fn orders(&self) -> Vec<String> {
        self.world.texts("SELECT coalesce(custom_attributes->>'order', '') FROM conversations").await
    }
}

fn asking() -> (String, Option<TeamId>, bool, Option<String>) {
    ("pending".to_owned(), None, false, None)
}

fn ada() -> Customer {
    Customer::with_phone("4915155512345", "Ada")
}

#[tokio::test]
async fn the_customer_chooses_a_team_with_a_button_and_answers_a_question() {
    let desk = Desk::new(&["Sales", "Help"]).await;
    desk.write("Hello").await;
    assert_eq!(desk.standing().await, asking());
    let wamid = desk.world.texts("SELECT external_id FROM messages WHERE content_type = 'quick_replies'").await;
    let pressed = Content::ButtonReply { id: desk.teams[1].to_string(), title: "Help".to_owned() };
    desk.send(Inbound { reply_to: Some(wamid[0].clone()), ..Inbound::new(ada(), pressed) }).await;
    assert_eq!(desk.standing().await, asking());
    desk.write("about 12").await;
    desk.write("1001").await;
    assert_eq!(desk.standing().await, desk.queued(1, "chosen"));
    assert_eq!(desk.orders().await, ["1001"]);
    assert_eq!(desk.sent(), ["Who?", "Which order?", "Which order?", "Somebody will be with you."]);
    let triaged = "SELECT data->>'reason' FROM events WHERE kind = 'conversation.triaged'";
    assert_eq!(desk.world.texts(triaged).await, ["chosen"]);

    // It is over: what is said now is said to people, and the timer has nothing to do.
    desk.write("And 1002").await;
    desk.world.advance(TimeDelta::minutes(3));
    desk.world.settle().await;
    assert_eq!(desk.sent().len(), 4);
    assert_eq!(desk.standing().await, desk.queued(1, "chosen"));
}

#[tokio::test]
async fn where_there_are_no_buttons_a_number_chooses() {
    let desk = Desk::new(&["Sales", "Help", "Repairs", "Press"]).await;
    desk.write("Hello").await;
    assert_eq!(desk.sent(), ["Who?\n1. Sales\n2. Help\n3. Repairs\n4. Press"]);
    desk.write("3").await;
    desk.write("7").await;
    assert_eq!(desk.standing().await, desk.queued(2, "chosen"));
}

#[tokio::test]
async fn who_wants_a_person_waits_for_one_at_once_at_any_step() {
    for said in [&["A human, please"][..], &["Hello", "I want a human!"], &["Hello", "2", "человек"]] {
        let desk = Desk::new(&["Sales", "Help"]).await;
        for text in said {
            desk.write(text).await;
        }
        let team = if said.len() == 3 { 1 } else { 2 };
        assert_eq!(desk.standing().await, desk.queued(team, "human"), "{said:?}");
        assert_eq!(desk.sent().last().unwrap(), "Somebody will be with you.");
        desk.write("2").await;
        assert_eq!(desk.standing().await, desk.queued(team, "human"), "no answer is waited for");
    }
}

#[tokio::test]
async fn after_two_minutes_the_default_team_gets_it() {
    let desk = Desk::new(&["Sales", "Help"]).await;
    desk.write("Hello").await;
    desk.world.advance(TimeDelta::seconds(118));
    desk.world.settle().await;
    assert_eq!(desk.standing().await, asking());
    desk.world.advance(TimeDelta::seconds(1));
    desk.world.settle().await;
    assert_eq!(desk.standing().await, desk.queued(2, "timeout"));
    assert_eq!(desk.sent(), ["Who?"], "nobody is there to be told");
}

#[tokio::test]
async fn a_person_who_steps_in_ends_it() {
    // By writing.
    let desk = Desk::new(&["Sales", "Help"]).await;
    desk.write("Hello").await;
    desk.world.write("Good evening").await;
    desk.write("2").await;
    let (status, team, _, reason) = desk.standing().await;
    assert_eq!((status.as_str(), team, reason.as_deref()), ("open", None, Some("person")));
    assert_eq!(desk.sent(), ["Who?", "Good evening"]);

    // By taking it.
    let desk = Desk::new(&["Sales", "Help"]).await;
    desk.write("Hello").await;
    let cause = Cause::of(Actor::User { id: desk.agent }, None);
    let mut tx = desk.world.env.inbox.begin(desk.world.tenant, cause).await.unwrap();
    let id = desk.world.conversation().await;
    tx.assign(id, Some(desk.agent), AssignmentMethod::Taken).await.unwrap();
    tx.commit().await.unwrap();
    desk.world.advance(TimeDelta::minutes(3));
    desk.world.settle().await;
    let (_, team, waits, reason) = desk.standing().await;
    assert_eq!((team, waits, reason.as_deref()), (None, false, Some("person")));
}

#[tokio::test]
async fn a_team_that_is_gone_leaves_it_with_the_connections() {
    let desk = Desk::new(&["Sales", "Help"]).await;
    desk.write("Hello").await;
    let mut tx = desk.world.env.db.begin(desk.world.tenant).await.unwrap();
    assert!(teams::delete(&mut tx, desk.teams[1], 1).await.unwrap());
    tx.commit().await.unwrap();
    desk.write("2").await;
    desk.write("1001").await;
    assert_eq!(desk.standing().await, ("queued".to_owned(), None, true, Some("chosen".to_owned())));
}

#[tokio::test]
async fn a_second_conversation_is_asked_again() {
    let desk = Desk::new(&["Sales", "Help"]).await;
    desk.write("Hello").await;
    desk.write("2").await;
    desk.write("1").await;
    let cause = Cause::of(Actor::System, None);
    let mut tx = desk.world.env.inbox.begin(desk.world.tenant, cause).await.unwrap();
    let id = desk.world.conversation().await;
    tx.set_status(id, domain::conversation::Status::Closed).await.unwrap();
    tx.commit().await.unwrap();
    desk.write("Hello again").await;
    assert_eq!(desk.sent().last().unwrap(), "Who?");
    assert_eq!(desk.world.texts("SELECT conversation_id::text FROM triage_runs WHERE ended_at IS NULL").await.len(), 1);
}
