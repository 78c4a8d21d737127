//! E-mails with links: what they say, and what is left of them.

use crate::world::World;
use chrono::TimeDelta;
use domain::{InvitationId, MailedLinkId, UserId, event::Actor, jobs::SendLink, role::Role};
use inbox::Cause;
use queue::Outcome;
use store::{
    invitations::{self, Invitation},
    mailed_links::{self, NewLink, Purpose, TOKEN, owner},
    users::{self, NewUser},
};
use vault::Place;

/// What makes the links good. Nobody checks it here.
const SECRET: &str = "the-token-of-the-link";

/// Somebody of the tenant.
async fn person(world: &World) -> UserId {
    let id = UserId::new();
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    let role = Role::Admin.into();
    let person = NewUser { id, email: "ada@us.example", name: "Ada & Söhne", role, password_hash: "x" };
    users::create(&mut tx, &person, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Makes a link with its job, as the API does.
async fn link(world: &World, purpose: Purpose) -> MailedLinkId {
    let id = MailedLinkId::new();
    let mut change = world.env.inbox.begin(world.tenant, Cause::of(Actor::System, None)).await.unwrap();
    let owner = owner(id);
    let place = Place { tenant: Some(world.tenant.0), owner: &owner, name: TOKEN };
    let sealed = world.env.keyring.seal(&place, SECRET.as_bytes());
    let (now, expires_at) = (world.now(), world.now() + TimeDelta::hours(1));
    let sealed_token = sealed.as_bytes();
    let new = NewLink { id, purpose, token_hash: id.0.as_bytes(), sealed_token, expires_at };
    mailed_links::replace(change.conn(), &new, now).await.unwrap();
    change.enqueue(&SendLink { tenant_id: world.tenant, link_id: id }).await.unwrap();
    change.commit().await.unwrap();
    id
}

#[tokio::test]
async fn somebody_gets_their_link_and_nothing_of_it_stays() {
    let world = World::new().await;
    let ada = person(&world).await;
    link(&world, Purpose::PasswordReset(ada)).await;
    world.settle().await;
    let mails = world.sandbox.mail().mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!((mail.to.as_slice(), mail.from.as_str()), (&["ada@us.example".to_owned()][..], "no-reply@us.example"));
    let url = format!("https://us.example/reset-password#token={SECRET}");
    assert!(mail.text.contains(&url) && mail.html.contains(&format!("href=\"{url}\"")), "{}", mail.raw);
    assert!(mail.raw.contains("Auto-Submitted: auto-generated"));
    assert_eq!(
        world.texts("SELECT 'kept' FROM mailed_links WHERE sealed_token IS NOT NULL OR sent_at IS NULL").await,
        [""; 0]
    );
}

#[tokio::test]
async fn an_invitation_names_who_invites_and_to_what() {
    let world = World::new().await;
    let invitation = Invitation {
        id: InvitationId::new(),
        email: "nina@elsewhere.example".to_owned(),
        name: Some("Nina".to_owned()),
        role: Role::Agent.into(),
        team_ids: Vec::new(),
        invited_by: person(&world).await,
        created_at: world.now(),
        expires_at: None,
        sent_at: None,
    };
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    invitations::create(&mut tx, &invitation).await.unwrap();
    tx.commit().await.unwrap();
    link(&world, Purpose::Invitation(invitation.id)).await;
    world.settle().await;
    let mails = world.sandbox.mail().mails();
    assert!(mails[0].subject.starts_with("Ada & Söhne invites you to "), "{}", mails[0].subject);
    assert!(mails[0].html.contains("Ada &amp; Söhne"), "{}", mails[0].html);
    assert!(mails[0].text.contains(&format!("https://us.example/accept-invitation#token={SECRET}")));
}

#[tokio::test]
async fn what_is_good_for_nothing_any_more_is_not_sent() {
    let world = World::new().await;
    let ada = person(&world).await;
    let purpose = Purpose::PasswordReset(ada);
    link(&world, purpose).await;
    let last = link(&world, purpose).await;
    world.settle().await;
    assert_eq!(world.sandbox.mail().mails().len(), 1, "the first was replaced");
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    assert!(mailed_links::unsent(&mut tx, last, world.now()).await.unwrap().is_none());
    drop(tx);
    link(&world, purpose).await;
    world.advance(TimeDelta::hours(1));
    world.settle().await;
    assert_eq!(world.sandbox.mail().mails().len(), 1, "the last had expired");
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not() {
    let world = World::new().await;
    let ada = person(&world).await;
    world.sandbox.mail().refuse_next(451);
    link(&world, Purpose::PasswordReset(ada)).await;
    assert!(matches!(world.run_jobs().await[..], [(_, Outcome::Retry { .. })]));
    world.advance(TimeDelta::minutes(1));
    world.settle().await;
    assert_eq!(world.sandbox.mail().mails().len(), 1);

    world.sandbox.mail().refuse_next(550);
    link(&world, Purpose::PasswordReset(ada)).await;
    assert_eq!(world.run_jobs().await.len(), 1);
    let told = world.texts("SELECT error || ' ' || args::text FROM queue.dead_letters").await;
    assert!(told[0].contains("550"), "{told:?}");
    assert!(!told[0].contains("ada") && !told[0].contains(SECRET), "neither who nor what: {told:?}");
}
