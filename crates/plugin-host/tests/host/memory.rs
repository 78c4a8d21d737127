//! The state of a connection, in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use signalbox_plugin_host::{StateError, StateFuture, StateStore};

/// Entries with their versions. They do not expire: no test waits for that.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<String, (Vec<u8>, u64)>>);

impl StateStore for Memory {
    fn get<'a>(&'a self, key: &'a str) -> StateFuture<'a, Option<(Vec<u8>, u64)>> {
        Box::pin(async move { Ok(self.0.lock().unwrap().get(key).cloned()) })
    }

    fn put<'a>(
        &'a self,
        key: &'a str,
        value: &'a [u8],
        if_version: Option<u64>,
        _: Option<Duration>,
        _: usize,
    ) -> StateFuture<'a, u64> {
        Box::pin(async move {
            let mut entries = self.0.lock().unwrap();
            let version = entries.get(key).map_or(0, |entry| entry.1);
            if if_version.is_some_and(|expected| expected != version) {
                return Err(StateError::Conflict);
            }
            entries.insert(key.to_owned(), (value.to_vec(), version + 1));
            Ok(version + 1)
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> StateFuture<'a, ()> {
        Box::pin(async move {
            self.0.lock().unwrap().remove(key);
            Ok(())
        })
    }
}
