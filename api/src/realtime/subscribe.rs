//! Letting a connection hear a channel: who it is, whether they may, what they missed, who else is there.

use super::{
    Realtime,
    access::{self, Viewer},
    presence::{self, LEASE},
    telling,
};
use crate::problem::Problem;
use ::realtime::{
    ChannelName, Feed, Ours, Position, Resume, SocketId,
    channel::Guard,
    frame::{self, Frame, Refusal},
    hub::{Delivery, Join, Joined, Member},
    incoming::Subscribe,
    limits,
    position::{ResetReason, Who},
    signature::App,
};
use domain::{TenantId, role::Permission};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use store::{TenantTx, streams};

/// What an authorisation says about a person, as `channel_data`.
#[derive(Serialize, Deserialize)]
pub struct ChannelData {
    /// Who: a number is as good as a text.
    pub user_id: Value,
    /// What others are shown of them.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub user_info: Value,
    /// Our own word that it is they.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher: Option<String>,
}

/// Whoever may hear a channel.
pub struct Admitted {
    pub who: Option<Who>,
    pub member: Option<Member>,
}

impl From<Problem> for Denied {
    fn from(_: Problem) -> Self {
        Self(Refusal::Unavailable)
    }
}

impl From<store::Error> for Denied {
    fn from(error: store::Error) -> Self {
        Problem::from(error).into()
    }
}

/// Why a channel was not to be heard.
pub struct Denied(pub Refusal);

/// Lets a connection hear a channel, or tells it why not.
pub async fn subscribe(
    realtime: &Arc<Realtime>,
    socket: SocketId,
    tenant: TenantId,
    app: &App,
    wish: &Subscribe,
) -> Result<(), Denied> {
    let admitted = admit(realtime, socket, tenant, app, wish).map_err(Denied)?;
    join(realtime, socket, tenant, &wish.channel, admitted, wish.resume.as_ref()).await
}

/// Checks the signature, and reads what it is about.
fn admit(
    realtime: &Realtime,
    socket: SocketId,
    tenant: TenantId,
    app: &App,
    wish: &Subscribe,
) -> Result<Admitted, Refusal> {
    let Subscribe { channel, auth, channel_data, .. } = wish;
    match channel.guard() {
        Guard::Public if channel.is_reserved() => return Err(Refusal::Forbidden),
        Guard::Public => return Ok(Admitted { who: None, member: None }),
        Guard::ToUser => {
            let signed_in = realtime.hub.signed_in(socket);
            let is_theirs = signed_in.as_deref() == channel.addressee();
            return if is_theirs { Ok(Admitted { who: None, member: None }) } else { Err(Refusal::Signature) };
        }
        Guard::Private | Guard::Presence => {}
    }
    let auth = auth.as_deref().ok_or(Refusal::Signature)?;
    if !app.admits(socket, channel.as_str(), channel_data.as_deref(), auth) {
        return Err(Refusal::Signature);
    }
    let data = channel_data.as_deref().and_then(|data| serde_json::from_str::<ChannelData>(data).ok());
    if channel.is_reserved() {
        let who = data.and_then(|data| who(realtime, socket, tenant, channel, &data)).ok_or(Refusal::Forbidden)?;
        let is_presence = channel.guard() == Guard::Presence;
        let member = is_presence.then(|| Member { id: who.user.to_string(), info: Value::Null });
        return Ok(Admitted { who: Some(who), member });
    }
    let member = match (channel.guard(), data) {
        (Guard::Presence, Some(data)) => Some(own_member(data)?),
        (Guard::Presence, None) => return Err(Refusal::Signature),
        _ => None,
    };
    Ok(Admitted { who: None, member })
}

/// Whom we have vouched for: the signature alone may be that of a tenant's server.
fn who(
    realtime: &Realtime,
    socket: SocketId,
    tenant: TenantId,
    channel: &ChannelName,
    data: &ChannelData,
) -> Option<Who> {
    let voucher = realtime.access_key.vouched(data.voucher.as_deref()?, realtime.now())?;
    let is_this = voucher.tenant == tenant
        && voucher.socket == socket.to_string()
        && voucher.channel == channel.as_str()
        && data.user_id == voucher.user.to_string();
    is_this.then_some(Who { user: voucher.user, by: voucher.by })
}

/// A member of a channel of the tenant's own, as its server says.
fn own_member(data: ChannelData) -> Result<Member, Refusal> {
    let id = match data.user_id {
        Value::String(id) => id,
        Value::Number(id) => id.to_string(),
        _ => return Err(Refusal::Signature),
    };
    let fits = !id.is_empty() && id.len() <= limits::USER_ID && data.user_info.to_string().len() <= limits::USER_INFO;
    if fits { Ok(Member { id, info: data.user_info }) } else { Err(Refusal::Signature) }
}

/// Takes an admitted connection into a channel.
pub async fn join(
    realtime: &Arc<Realtime>,
    socket: SocketId,
    tenant: TenantId,
    channel: &ChannelName,
    admitted: Admitted,
    resume: Option<&Resume>,
) -> Result<(), Denied> {
    let Admitted { who, member } = admitted;
    realtime.hub.may_join(socket, who).map_err(Denied)?;
    let ours = channel.ours();
    if channel.is_reserved() && ours.is_none() {
        return Err(Denied(Refusal::Forbidden));
    }
    let feed = ours.and_then(Ours::feed);
    // Others must not tell who is here while this one comes in.
    let _alone = match &member {
        Some(_) => Some(realtime.rooms.enter(tenant, channel).await),
        None if !channel.is_reserved() => Some(realtime.rooms.enter(tenant, channel).await),
        None => None,
    };
    let _opening = feed.map(|feed| realtime.hub.open(tenant, feed));
    loop {
        let mut tx = realtime.database.begin(tenant).await?;
        if let (Some(ours), Some(who)) = (ours, who)
            && !access::may_hear(realtime, &mut tx, who, ours).await?
        {
            return Err(Denied(Refusal::Forbidden));
        }
        let missed = match (ours, who) {
            (Some(ours), Some(who)) if feed.is_some() => {
                Some(missed(realtime, &mut tx, tenant, ours, who, resume).await?)
            }
            _ => None,
        };
        let members = enter(realtime, &mut tx, channel, member.as_ref()).await?;
        tx.commit().await?;
        let head = missed.as_ref().map_or(0, |missed| missed.position.seq);
        let succeeded = frame::subscribed(channel, missed.as_ref().map(|missed| &missed.position), members.as_ref());
        // What a client has, once it has heard this alone, is what it came with.
        let before =
            resume.filter(|_| missed.as_ref().is_some_and(|missed| !missed.is_reset)).map_or(head, |from| from.seq);
        let mut first = vec![(succeeded, before)];
        first.extend(missed.into_iter().flat_map(|missed| missed.frames));
        match realtime.hub.join(socket, Join { channel, who, member: member.clone(), head, members, first }) {
            Joined::Now { read_on } => {
                if let Some(feed) = feed.filter(|_| read_on) {
                    realtime.pump.read(tenant, feed);
                }
                if let (Some(Ours::Inbox), Some(who), Some(_)) = (ours, who, &member) {
                    realtime.appear(tenant, who).await?;
                }
                return Ok(());
            }
            Joined::Behind(_) => {}
            Joined::Refused(refusal) => {
                realtime.not_entered(tenant, channel, member);
                return Err(Denied(refusal));
            }
            Joined::Gone => {
                realtime.not_entered(tenant, channel, member);
                return Ok(());
            }
        }
    }
}

/// Lets other processes know of the connection's part, and returns who is there.
async fn enter(
    realtime: &Realtime,
    tx: &mut TenantTx,
    channel: &ChannelName,
    member: Option<&Member>,
) -> Result<Option<frame::Members>, Denied> {
    let part = match member {
        Some(member) => {
            let info = channel.ours().is_none().then(|| member.info.clone());
            store::realtime::Member { member: member.id.clone(), info }
        }
        None if !channel.is_reserved() => store::realtime::Member { member: String::new(), info: None },
        None => return Ok(None),
    };
    store::realtime::enter(tx, channel.as_str(), &part, realtime.process, LEASE.as_secs_f64()).await?;
    if member.is_none() {
        return Ok(None);
    }
    if channel.ours() == Some(Ours::Inbox) {
        let tenant = tx.tenant();
        presence::begin(realtime, tx, tenant).await?;
    }
    let members = presence::members(realtime, tx, channel).await?;
    if members.len() > limits::MEMBERS { Err(Denied(Refusal::TooManyMembers)) } else { Ok(Some(members)) }
}

impl Realtime {
    /// A connection that was announced to other processes did not come after all.
    fn not_entered(self: &Arc<Self>, tenant: TenantId, channel: &ChannelName, member: Option<Member>) {
        let member = member.map(|member| member.id);
        if member.is_some() || !channel.is_reserved() {
            let part = ::realtime::hub::Part { channel: channel.clone(), member: member.unwrap_or_default() };
            self.left(tenant, vec![part]);
        }
    }
}

/// Where a stream is, and what a client has not heard of it.
struct Missed {
    position: Position,
    frames: Vec<(Frame, i64)>,
    is_reset: bool,
}

async fn missed(
    realtime: &Realtime,
    tx: &mut TenantTx,
    tenant: TenantId,
    ours: Ours,
    who: Who,
    resume: Option<&Resume>,
) -> Result<Missed, Denied> {
    let epoch = realtime.epoch(tx, tenant).await?;
    let (head, forgotten) = match ours {
        Ours::Conversation(id) => (streams::head(tx, id).await?.ok_or(Denied(Refusal::Forbidden))?, 0),
        _ => streams::tenant_head(tx).await?,
    };
    let stream = ours.stream().unwrap_or_default();
    let position = Position { stream, epoch: epoch.clone(), seq: head };
    let Some(resume) = resume else { return Ok(Missed { position, frames: Vec::new(), is_reset: false }) };
    let told = match lost(&position, forgotten, resume) {
        Some(reason) => Err(reason),
        None => deliveries(realtime, tx, ours, who, &position, resume.seq).await?,
    };
    let frames = match told {
        Ok(told) => told,
        Err(reason) => {
            let frames = vec![(frame::reset(&ours.name(), &position, reason), head)];
            return Ok(Missed { position, frames, is_reset: true });
        }
    };
    let frames = frames.into_iter().map(|delivery| (delivery.frame, delivery.seq)).collect();
    Ok(Missed { position, frames, is_reset: false })
}

/// Why a client cannot go on where it was.
fn lost(position: &Position, forgotten: i64, resume: &Resume) -> Option<ResetReason> {
    if resume.epoch != position.epoch {
        Some(ResetReason::OtherEpoch)
    } else if resume.seq > position.seq {
        Some(ResetReason::Ahead)
    } else if resume.seq < forgotten {
        Some(ResetReason::TooOld)
    } else {
        None
    }
}

async fn deliveries(
    realtime: &Realtime,
    tx: &mut TenantTx,
    ours: Ours,
    who: Who,
    position: &Position,
    after: i64,
) -> Result<Result<Vec<Delivery>, ResetReason>, Denied> {
    let too_many = |count: usize| count > limits::REPLAY;
    let limit = i64::try_from(limits::REPLAY + 1).unwrap_or(i64::MAX);
    let deliveries = match ours.feed() {
        Some(Feed::Conversation(id)) => {
            let events = streams::of_conversations(tx, &[(id, after)].into(), limit).await?;
            if too_many(events.len()) {
                return Ok(Err(ResetReason::TooMany));
            }
            // What was committed since the head was read is told afterwards, as to everybody.
            let until = |delivery: &Delivery| delivery.seq <= position.seq;
            telling::of_conversations(tx, &position.epoch, &events).await?.into_iter().filter(until).collect()
        }
        Some(Feed::Tenant) => {
            let only = match ours {
                Ours::User(user) => Some(user),
                _ => None,
            };
            let told = streams::of_tenant(tx, after, position.seq, Some(only), limit).await?;
            if too_many(told.len()) {
                return Ok(Err(ResetReason::TooMany));
            }
            let granted = realtime.standing(tx, who).await?;
            let seeing = granted.filter(|granted| granted.permissions.has(Permission::WorkConversations));
            let viewers: Vec<_> = seeing.into_iter().map(|granted| Viewer { who, sight: granted.sight }).collect();
            let told = telling::of_tenant(tx, &position.epoch, &viewers, &told).await?;
            let mut told: Vec<Delivery> = told.into_iter().filter(|delivery| delivery.is_for(who)).collect();
            told.dedup_by_key(|delivery| delivery.seq);
            told
        }
        None => Vec::new(),
    };
    Ok(Ok(deliveries))
}
