//! What is worked out first and done later, once.
//!
//! ```text
//!            commit                Shopify did it
//!   draft ───────────▶ committing ───────────────▶ committed
//!     │ 15 minutes          │ Shopify objects, or 23 hours      │ 7 days
//!     ▼                     ▼                                  ▼
//!   gone                  gone                               gone
//! ```
//!
//! An entry is `committing` before Shopify is asked, written over the very version that was read, so
//! that of several calls one begins. If Shopify certainly did nothing, it is a draft again. A call
//! that finds it `committing` comes after a crash or a lost answer, or beside the first: it is told
//! so, looks at Shopify for what the first one did, and only then asks again, with the same
//! idempotency key. Shopify keeps such keys for 24 hours, so an entry is gone before its key is;
//! without an entry nothing is done. Whatever commits get to see, the customer gets their money once.

use plugin_sdk::state::{Entry, StateFailure, Write};
use plugin_sdk::{ErrorKind, Host, PluginError, log};
use serde_json::{Value, json};

const MINUTE_MS: u64 = 60_000;
/// How long a draft can be committed.
pub const DRAFT_MS: u64 = 15 * MINUTE_MS;
/// Shopify's idempotency keys live for 24 hours
/// (<https://shopify.dev/docs/api/usage/implementing-idempotency>).
const COMMITTING_MS: u64 = 23 * 60 * MINUTE_MS;
/// How long a second commit gets the answer of the first.
const COMMITTED_MS: u64 = 7 * 24 * 60 * MINUTE_MS;
/// How often an entry that other calls keep changing is read.
const ATTEMPTS: usize = 4;

/// What a draft is kept as.
enum Record {
    Draft { plan: Value },
    Committing { plan: Value, began_ms: u64 },
    Committed { answer: Value },
}

impl Record {
    /// As it is kept: JSON by hand, for what serde derives of such an enum is as large as the rest of
    /// this file.
    fn to_bytes(&self) -> Vec<u8> {
        let record = match self {
            Self::Draft { plan } => json!({"phase": "draft", "plan": plan}),
            Self::Committing { plan, began_ms } => json!({"phase": "committing", "plan": plan, "began_ms": began_ms}),
            Self::Committed { answer } => json!({"phase": "committed", "answer": answer}),
        };
        record.to_string().into_bytes()
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let mut record: Value = serde_json::from_slice(bytes).ok()?;
        let phase = record.get_mut("phase")?.take();
        let mut take = |name: &str| record.get_mut(name).map(Value::take);
        match phase.as_str()? {
            "draft" => Some(Self::Draft { plan: take("plan")? }),
            "committing" => Some(Self::Committing { plan: take("plan")?, began_ms: take("began_ms")?.as_u64()? }),
            "committed" => Some(Self::Committed { answer: take("answer")? }),
            _ => None,
        }
    }
}

/// A draft that was kept.
pub struct Kept {
    /// Names it, and is the idempotency key of what it does.
    pub token: String,
    /// In milliseconds since the Unix epoch.
    pub expires_at_ms: u64,
}

/// What a commit finds.
pub enum Found {
    /// It is this call's to do.
    Open(Commitment),
    /// It was done, with this answer.
    Done(Value),
}

/// A draft that is being committed.
pub struct Commitment {
    key: String,
    version: u64,
    /// The idempotency key.
    pub token: String,
    /// As it was kept.
    pub plan: Value,
    /// Since when, if a call before this one began.
    pub resumed_since_ms: Option<u64>,
}

/// Keeps `plan` under a new token.
pub fn keep(host: &dyn Host, kind: &str, plan: Value) -> Result<Kept, PluginError> {
    let token = uuid(&host.random(16))?;
    let write = Write::NEW.for_ms(DRAFT_MS);
    host.put(&key(kind, &token), &Record::Draft { plan }.to_bytes(), write)?;
    Ok(Kept { token, expires_at_ms: host.now_ms().saturating_add(DRAFT_MS) })
}

/// Begins to commit a draft, or finds out that somebody did before.
pub fn open(host: &dyn Host, kind: &str, token: &str) -> Result<Found, PluginError> {
    if !is_uuid(token) {
        return Err(unknown());
    }
    let key = key(kind, token);
    for _ in 0..ATTEMPTS {
        let Entry { value, version } = host.get(&key)?.ok_or_else(unknown)?;
        let record = Record::of_bytes(&value).ok_or_else(|| PluginError::internal("the draft cannot be read"))?;
        let (plan, resumed_since_ms) = match record {
            Record::Committed { answer } => return Ok(Found::Done(answer)),
            Record::Committing { plan, began_ms } => (plan, Some(began_ms)),
            Record::Draft { plan } => (plan, None),
        };
        let began_ms = resumed_since_ms.unwrap_or_else(|| host.now_ms());
        if let Some(version) = take(host, &key, &plan, began_ms, version)? {
            return Ok(Found::Open(Commitment { key, version, token: token.to_owned(), plan, resumed_since_ms }));
        }
    }
    Err(StateFailure::Conflict.into())
}

/// Marks an entry as being committed by this call and returns its version; `None` if another call
/// changed it meanwhile.
fn take(host: &dyn Host, key: &str, plan: &Value, began_ms: u64, version: u64) -> Result<Option<u64>, PluginError> {
    let left_ms = began_ms.saturating_add(COMMITTING_MS).saturating_sub(host.now_ms());
    if left_ms == 0 {
        return Err(unknown());
    }
    let record = Record::Committing { plan: plan.clone(), began_ms };
    match host.put(key, &record.to_bytes(), Write::over(version).for_ms(left_ms)) {
        Ok(version) => Ok(Some(version)),
        Err(StateFailure::Conflict) => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}

impl Commitment {
    /// Keeps the answer for whoever commits again. If that fails, the next commit asks Shopify what
    /// became of it, so what was done is reported as done.
    pub fn done(self, host: &dyn Host, answer: Value) -> Value {
        let record = Record::Committed { answer: answer.clone() };
        if let Err(failure) = host.put(&self.key, &record.to_bytes(), Write::default().for_ms(COMMITTED_MS)) {
            log::warn(&format!("the answer of a commit was not kept: {failure}"));
        }
        answer
    }

    /// Shopify refused it for good: a new draft is needed. Returns the refusal. Where a call before
    /// this one may have been luckier, the entry stays, so that the next one looks again.
    pub fn refused(self, host: &dyn Host, refusal: PluginError) -> PluginError {
        if self.resumed_since_ms.is_none()
            && let Err(failure) = host.delete(&self.key)
        {
            log::warn(&format!("a refused draft was not removed: {failure}"));
        }
        refusal
    }

    /// There is no answer to go by. If Shopify certainly did nothing, it is a draft again, unless a
    /// call before this one may have been luckier or one beside it has taken over. Returns the error.
    pub fn failed(self, host: &dyn Host, error: PluginError) -> PluginError {
        let is_undone = matches!(error.kind, ErrorKind::RateLimited | ErrorKind::Transient | ErrorKind::AuthRequired);
        if is_undone && self.resumed_since_ms.is_none() {
            let write = Write::over(self.version).for_ms(DRAFT_MS);
            let kept = host.put(&self.key, &Record::Draft { plan: self.plan }.to_bytes(), write);
            if !matches!(kept, Ok(_) | Err(StateFailure::Conflict)) {
                log::warn("a draft that came to nothing was not given back");
            }
        }
        error
    }
}

fn unknown() -> PluginError {
    PluginError::invalid_input("there is no draft with this token, or it has expired: make a new one")
        .with_code("no_draft")
}

fn key(kind: &str, token: &str) -> String {
    format!("draft:{kind}:{token}")
}

/// Random bytes as a UUID of version 4 (RFC 9562), which Shopify recommends as keys.
fn uuid(random: &[u8]) -> Result<String, PluginError> {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut bytes: [u8; 16] =
        random.try_into().map_err(|_| PluginError::internal("the host gave another number of random bytes"))?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push(char::from(HEX[usize::from(byte >> 4)]));
        text.push(char::from(HEX[usize::from(byte & 0x0f)]));
    }
    Ok(text)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

#[cfg(test)]
mod tests {
    use super::{is_uuid, uuid};

    #[test]
    fn tokens_are_uuids() {
        let token = uuid(&[0xff; 16]).unwrap();
        assert_eq!(token, "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert!(is_uuid(&token));
        assert!(uuid(&[0; 15]).is_err());
        for text in [
            "",
            "ffffffff-ffff-4fff-bfff-fffffffffff",
            "FFFFFFFF-ffff-4fff-bfff-ffffffffffff",
            "ffffffff_ffff-4fff-bfff-ffffffffffff",
        ] {
            assert!(!is_uuid(text), "{text}");
        }
    }
}
