//! What the caller says about one call.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use zeroize::Zeroizing;

use crate::record::Recorder;
use crate::state::StateStore;
use crate::tape::Tape;

/// For whom and when a call is made.
#[derive(Debug, Clone)]
pub struct CallContext {
    /// The same for every attempt's logs; unique per call.
    pub call_id: String,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// Milliseconds since the Unix epoch.
    pub now_ms: u64,
    /// The connection the call is for.
    pub connection_id: String,
    /// Settings of the connection, without its secrets.
    pub settings: Value,
    /// Secrets of the connection, for the host to inject and to sign with.
    pub secrets: CallSecrets,
    /// Where the plugin's state of this connection is kept; without it, nothing is remembered.
    pub state: Option<Arc<dyn StateStore>>,
    /// Who keeps account of the call, if anybody does.
    pub recorder: Option<Arc<dyn Recorder>>,
    /// Whether what the host answers is kept, or played from an earlier call.
    pub tape: Tape,
}

/// The secrets of one call by the names the manifest gives them. Cheap to clone, wiped when the
/// last clone goes, never printed.
#[derive(Clone, Default)]
pub struct CallSecrets(Arc<BTreeMap<String, Zeroizing<String>>>);

impl CallSecrets {
    /// Secrets by name.
    pub fn new(secrets: BTreeMap<String, Zeroizing<String>>) -> Self {
        Self(Arc::new(secrets))
    }

    /// The same secrets and this one, in place of any of its name.
    #[must_use]
    pub fn with(&self, name: &str, value: Zeroizing<String>) -> Self {
        let mut secrets = BTreeMap::clone(&self.0);
        secrets.insert(name.to_owned(), value);
        Self::new(secrets)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|secret| secret.as_str())
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(|secret| secret.as_str())
    }
}

impl fmt::Debug for CallSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.keys().map(|name| (name, "[redacted]"));
        f.debug_map().entries(names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_printed() {
        let secrets =
            CallSecrets::new(BTreeMap::from([("token".to_owned(), Zeroizing::new("s3cr3t-value".to_owned()))]));
        let context = CallContext {
            call_id: "c".to_owned(),
            attempt: 1,
            now_ms: 0,
            connection_id: "k".to_owned(),
            settings: Value::Null,
            secrets,
            state: None,
            recorder: None,
            tape: Tape::off(),
        };
        let text = format!("{context:?}");
        assert!(text.contains("token"), "{text}");
        assert!(!text.contains("s3cr3t-value"), "{text}");
    }
}
