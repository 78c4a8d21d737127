//! Whoever hears channels without a WebSocket: through a stream, or by asking again and again. They are told the very
//! same.

use super::{
    Realtime, proof,
    subscribe::{Admitted, Denied, join},
};
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    state::Api,
};
use ::realtime::{
    ChannelName, Close, Resume, SocketId,
    frame::{Frame, Refusal},
    outbox::{Out, Waiting, outbox},
    position::Who,
};
use domain::TenantId;
use std::{fmt, str::FromStr, sync::Arc, time::Duration};

/// Channels of one request.
const MOST: usize = 20;

/// Where somebody is in the streams of their channels, in the order in which they named these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    epoch: String,
    seqs: Vec<i64>,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seqs: Vec<String> = self.seqs.iter().map(ToString::to_string).collect();
        write!(f, "{}:{}", self.epoch, seqs.join(","))
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (epoch, seqs) = text.split_once(':').ok_or(())?;
        let seqs: Result<Vec<i64>, _> = seqs.split(',').map(str::parse).collect();
        let is_plain = epoch.len() <= 16 && epoch.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_plain { Ok(Self { epoch: epoch.to_owned(), seqs: seqs.map_err(drop)? }) } else { Err(()) }
    }
}

/// Somebody who hears channels, until it is dropped.
pub struct Hearing {
    realtime: Arc<Realtime>,
    tenant: TenantId,
    id: SocketId,
    waiting: Waiting,
    channels: Vec<ChannelName>,
    at: Cursor,
}

/// The names of channels, with commas between them.
pub fn channels(names: &str) -> Result<Vec<ChannelName>, Problem> {
    let wrong = |detail: String| Problem::new(Code::BadRequest).detail(detail);
    let names: Result<Vec<_>, _> = names.split(',').map(ChannelName::parse).collect();
    let names = names.map_err(|error| wrong(format!("channels: {error}.")))?;
    if names.len() > MOST { Err(wrong(format!("channels: at most {MOST}."))) } else { Ok(names) }
}

impl Hearing {
    /// Hears these channels from a place on, or from now.
    pub async fn begin(
        api: &Api,
        caller: &Caller,
        channels: Vec<ChannelName>,
        from: Option<Cursor>,
    ) -> Result<Self, Problem> {
        let who = Who { user: caller.user, by: proof(caller.credential) };
        Self::of(&api.realtime, caller.tenant, who, channels, from).await
    }

    /// The same in somebody's name.
    pub async fn of(
        realtime: &Arc<Realtime>,
        tenant: TenantId,
        who: Who,
        channels: Vec<ChannelName>,
        from: Option<Cursor>,
    ) -> Result<Self, Problem> {
        realtime.start();
        let epoch = {
            let mut tx = realtime.database.begin(tenant).await?;
            realtime.epoch(&mut tx, tenant).await?
        };
        let id = Realtime::new_socket_id();
        let (outbox, waiting) = outbox();
        let full = || Problem::new(Code::Unavailable).retry_after(Duration::from_secs(1));
        realtime.hub.connect(id, tenant, outbox, realtime.most).map_err(|_| full())?;
        let from = from.filter(|from| from.seqs.len() == channels.len());
        let at = Cursor { epoch, seqs: vec![0; channels.len()] };
        let hearing = Self { realtime: Arc::clone(realtime), tenant, id, waiting, channels, at };
        for (place, channel) in hearing.channels.iter().enumerate() {
            if channel.ours().is_none() {
                return Err(Code::NotFound.into());
            }
            let resume = from.as_ref().map(|from| Resume { epoch: from.epoch.clone(), seq: from.seqs[place] });
            let admitted = Admitted { who: Some(who), member: None };
            let joined = join(realtime, id, tenant, channel, admitted, resume.as_ref()).await;
            joined.map_err(|Denied(refusal)| match refusal {
                Refusal::Unavailable => full(),
                _ => Code::Forbidden.into(),
            })?;
        }
        Ok(hearing)
    }

    /// What is told next, or why nothing more is.
    pub async fn next(&mut self) -> Result<Frame, Close> {
        let out = self.waiting.next().await?;
        Ok(self.note(out))
    }

    /// What waits to be told.
    pub fn next_now(&mut self) -> Option<Frame> {
        let out = self.waiting.next_now()?;
        Some(self.note(out))
    }

    /// Where everything that was told so far leads.
    pub fn at(&self) -> &Cursor {
        &self.at
    }

    fn note(&mut self, out: Out) -> Frame {
        if let Some((channel, seq)) = out.at
            && let Some(place) = self.channels.iter().position(|name| *name == channel)
        {
            self.at.seqs[place] = seq;
        }
        out.frame
    }
}

impl Drop for Hearing {
    fn drop(&mut self) {
        self.realtime.left(self.tenant, self.realtime.hub.disconnect(self.id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let cursor = Cursor { epoch: "0a1b2c3d".to_owned(), seqs: vec![7, 0, 12] };
        assert_eq!(cursor.to_string(), "0a1b2c3d:7,0,12");
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for wrong in ["", "7", "e:", "e:x", "e:1,,2", "e\n:1", "00000000000000000:1"] {
            assert_eq!(wrong.parse::<Cursor>(), Err(()), "{wrong:?}");
        }
    }
}
