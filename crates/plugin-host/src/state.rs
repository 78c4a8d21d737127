//! The `state` import: what a plugin remembers about a connection, within bounds.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::bindings::signalbox::plugin::state::{Entry, Failure, Host};
use crate::call_state::CallState;
use crate::config::Limits;
use crate::tape::{Answer, Asked, Played};

/// What a [`StateStore`] answers with.
pub type StateFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StateError>> + Send + 'a>>;

/// Where the state of one plugin and one connection is kept. The caller of a plugin gives it along,
/// so that no name a plugin makes up leads to anybody else's.
pub trait StateStore: fmt::Debug + Send + Sync {
    /// Value and version of an entry that has not expired.
    fn get<'a>(&'a self, key: &'a str) -> StateFuture<'a, Option<(Vec<u8>, u64)>>;

    /// Writes an entry and returns its version; with `if_version`, only over an entry of that
    /// version, where 0 means that there must be none. `quota` is the most that names and values of
    /// the connection may have together, in bytes.
    fn put<'a>(
        &'a self,
        key: &'a str,
        value: &'a [u8],
        if_version: Option<u64>,
        ttl: Option<Duration>,
        quota: usize,
    ) -> StateFuture<'a, u64>;

    /// Removes an entry, if it is there.
    fn delete<'a>(&'a self, key: &'a str) -> StateFuture<'a, ()>;
}

/// Why a [`StateStore`] did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// The entry is not at the version the write was for.
    #[error("the entry was changed by another call")]
    Conflict,
    /// The connection would have more than the quota.
    #[error("the connection keeps too much")]
    Quota,
    /// It cannot be reached. What went wrong is in the host's log, not for plugins.
    #[error("the state cannot be reached")]
    Unavailable,
}

/// The state of one call.
pub(crate) struct StateAccess {
    store: Arc<dyn StateStore>,
    operations_left: u32,
    key: usize,
    value: usize,
    quota: usize,
}

impl StateAccess {
    pub fn new(store: Arc<dyn StateStore>, limits: &Limits) -> Self {
        Self {
            store,
            operations_left: limits.state_operations,
            key: limits.state_key,
            value: limits.state_value,
            quota: limits.state_total,
        }
    }

    /// Counts an operation on `key`.
    fn admit(&mut self, key: &str) -> Result<&dyn StateStore, Failure> {
        let Some(left) = self.operations_left.checked_sub(1) else {
            return Err(Failure::Unavailable("too much reading and writing of state in one call".to_owned()));
        };
        self.operations_left = left;
        // PostgreSQL's text holds no zero byte.
        if key.is_empty() || key.len() > self.key || key.contains('\0') {
            return Err(Failure::TooLarge(format!("a name has 1 to {} bytes, and no zero byte", self.key)));
        }
        Ok(&*self.store)
    }

    async fn put(
        &mut self,
        key: &str,
        value: &[u8],
        if_version: Option<u64>,
        ttl_ms: Option<u64>,
    ) -> Result<u64, Failure> {
        let (limit, quota) = (self.value, self.quota);
        let store = self.admit(key)?;
        if value.len() > limit {
            return Err(Failure::TooLarge(format!("a value has at most {limit} bytes")));
        }
        let ttl = ttl_ms.map(Duration::from_millis);
        store.put(key, value, if_version, ttl, quota).await.map_err(|error| match error {
            StateError::Quota => Failure::TooLarge(format!("a connection keeps at most {quota} bytes")),
            other => other.into(),
        })
    }
}

impl Host for CallState {
    async fn get(&mut self, key: String) -> Result<Option<Entry>, Failure> {
        self.host_calls += 1;
        let asked = self.tape.asked(|| Asked::Get { key: key.clone() });
        if let Some(played) = self.tape.play(asked.as_ref()) {
            return Played::played(played);
        }
        let entry = self.read(&key).await;
        self.tape.note(asked, || Answer::of_get(&entry));
        entry
    }

    async fn put(
        &mut self,
        key: String,
        value: Vec<u8>,
        if_version: Option<u64>,
        ttl_ms: Option<u64>,
    ) -> Result<u64, Failure> {
        self.host_calls += 1;
        let asked =
            self.tape.asked(|| Asked::Put { key: key.clone(), value: value.clone().into(), if_version, ttl_ms });
        if let Some(played) = self.tape.play(asked.as_ref()) {
            return Played::played(played);
        }
        let version = self.write(&key, &value, if_version, ttl_ms).await;
        self.tape.note(asked, || Answer::of_put(&version));
        version
    }

    async fn delete(&mut self, key: String) -> Result<(), Failure> {
        self.host_calls += 1;
        let asked = self.tape.asked(|| Asked::Delete { key: key.clone() });
        if let Some(played) = self.tape.play(asked.as_ref()) {
            return Played::played(played);
        }
        let deleted = self.remove(&key).await;
        self.tape.note(asked, || Answer::of_delete(&deleted));
        deleted
    }
}

impl CallState {
    async fn read(&mut self, key: &str) -> Result<Option<Entry>, Failure> {
        let store = self.state.as_mut().ok_or(Failure::Denied)?.admit(key)?;
        let entry = store.get(key).await;
        self.cpu.forgive_one_tick();
        Ok(entry?.map(|(value, version)| Entry { value, version }))
    }

    async fn write(
        &mut self,
        key: &str,
        value: &[u8],
        if_version: Option<u64>,
        ttl_ms: Option<u64>,
    ) -> Result<u64, Failure> {
        let store = self.state.as_mut().ok_or(Failure::Denied)?;
        let version = store.put(key, value, if_version, ttl_ms).await;
        self.cpu.forgive_one_tick();
        version
    }

    async fn remove(&mut self, key: &str) -> Result<(), Failure> {
        let store = self.state.as_mut().ok_or(Failure::Denied)?.admit(key)?;
        let deleted = store.delete(key).await;
        self.cpu.forgive_one_tick();
        Ok(deleted?)
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        match error {
            StateError::Conflict => Self::Conflict,
            StateError::Quota => Self::TooLarge(error.to_string()),
            StateError::Unavailable => Self::Unavailable(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use super::*;

    /// Entries in memory, as a command line keeps them.
    #[derive(Debug, Default)]
    struct InMemory(Mutex<BTreeMap<String, Vec<u8>>>);

    impl StateStore for InMemory {
        fn get<'a>(&'a self, key: &'a str) -> StateFuture<'a, Option<(Vec<u8>, u64)>> {
            Box::pin(async move { Ok(self.0.lock().unwrap().get(key).map(|value| (value.clone(), 1))) })
        }

        fn put<'a>(
            &'a self,
            key: &'a str,
            value: &'a [u8],
            if_version: Option<u64>,
            _: Option<Duration>,
            quota: usize,
        ) -> StateFuture<'a, u64> {
            Box::pin(async move {
                if if_version.is_some_and(|version| version > 1) {
                    return Err(StateError::Conflict);
                }
                if value.len() > quota {
                    return Err(StateError::Quota);
                }
                self.0.lock().unwrap().insert(key.to_owned(), value.to_vec());
                Ok(1)
            })
        }

        fn delete<'a>(&'a self, key: &'a str) -> StateFuture<'a, ()> {
            Box::pin(async move {
                self.0.lock().unwrap().remove(key);
                Ok(())
            })
        }
    }

    fn store(limits: &Limits) -> StateAccess {
        StateAccess::new(Arc::new(InMemory::default()), limits)
    }

    #[tokio::test]
    async fn names_and_values_have_their_limits() {
        let limits = Limits { state_value: 8, state_total: 6, ..Limits::default() };
        let mut store = store(&limits);
        for key in [String::new(), "k".repeat(257), "a\0b".to_owned()] {
            let refused = store.put(&key, b"v", None, None).await;
            assert!(matches!(&refused, Err(Failure::TooLarge(why)) if why.contains("256")), "{refused:?}");
        }
        let refused = store.put("k", &[0; 9], None, None).await;
        assert!(matches!(&refused, Err(Failure::TooLarge(why)) if why.contains("8 bytes")), "{refused:?}");
        let refused = store.put("k", &[0; 7], None, None).await;
        assert!(matches!(&refused, Err(Failure::TooLarge(why)) if why.contains("6 bytes")), "{refused:?}");
        assert!(matches!(store.put("k", b"v", Some(2), None).await, Err(Failure::Conflict)));
        assert_eq!(store.put(&"k".repeat(256), b"v", Some(0), None).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_flood_of_operations_is_stopped() {
        let mut store = store(&Limits { state_operations: 3, ..Limits::default() });
        for _ in 0..3 {
            store.put("k", b"v", None, None).await.unwrap();
        }
        assert!(matches!(store.put("k", b"v", None, None).await, Err(Failure::Unavailable(_))));
        assert!(matches!(store.admit("k"), Err(Failure::Unavailable(_))));
    }
}
