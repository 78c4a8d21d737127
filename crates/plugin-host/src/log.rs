//! The `log` import: a plugin's lines join the host's, attributed and bounded.

use std::sync::Arc;

use crate::bindings::signalbox::plugin::log::{Host, Level};
use crate::call_state::CallState;
use crate::config::Limits;
use crate::redact::Redactor;

/// The lines of one call.
pub(crate) struct CallLog {
    plugin: Arc<str>,
    lines_left: u32,
    line_limit: usize,
    redactor: Arc<Redactor>,
}

impl CallLog {
    pub fn new(plugin: Arc<str>, limits: &Limits, redactor: Arc<Redactor>) -> Self {
        Self { plugin, lines_left: limits.log_lines, line_limit: limits.log_line, redactor }
    }

    fn write(&mut self, level: Level, message: &str) {
        let Some(left) = self.lines_left.checked_sub(1) else {
            return;
        };
        self.lines_left = left;
        let message = self.redactor.excerpt(message, self.line_limit);
        let plugin = &*self.plugin;
        match level {
            Level::Debug => tracing::debug!(target: "plugin", plugin, "{message}"),
            Level::Info => tracing::info!(target: "plugin", plugin, "{message}"),
            Level::Warn => tracing::warn!(target: "plugin", plugin, "{message}"),
            Level::Error => tracing::error!(target: "plugin", plugin, "{message}"),
        }
        if left == 0 {
            tracing::warn!(target: "plugin", plugin, "further lines of this call are dropped");
        }
    }
}

impl Host for CallState {
    fn log(&mut self, level: Level, message: String) {
        self.host_calls += 1;
        self.log.write(level, &message);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io;
    use std::sync::Mutex;

    use zeroize::Zeroizing;

    use super::*;
    use crate::call::CallSecrets;

    /// Everything that `write` logs under `limits`, one line each.
    fn lines(limits: &Limits, write: impl FnOnce(&mut CallLog)) -> Vec<String> {
        let secret = ("token".to_owned(), Zeroizing::new("s3cr3t".to_owned()));
        let redactor = Redactor::new(&CallSecrets::new(BTreeMap::from([secret])));
        let mut log = CallLog::new("probe@1.0.0".into(), limits, Arc::new(redactor));
        let output = Arc::new(Mutex::new(Vec::new()));
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_ansi(false)
            .without_time()
            .with_writer({
                let output = Arc::clone(&output);
                move || Writer(Arc::clone(&output))
            })
            .finish();
        tracing::subscriber::with_default(subscriber, || write(&mut log));
        let output = output.lock().unwrap().clone();
        let text = String::from_utf8(output).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    struct Writer(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Writer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_carry_level_and_plugin_and_no_secret() {
        let lines = lines(&Limits::default(), |log| {
            log.write(Level::Debug, "one");
            log.write(Level::Error, "echoed s3cr3t");
        });
        assert_eq!(lines.len(), 2);
        assert!(lines[0].contains("DEBUG") && lines[0].contains("one"), "{}", lines[0]);
        assert!(lines[1].contains("ERROR"), "{}", lines[1]);
        assert!(lines[1].contains("echoed [redacted]"), "{}", lines[1]);
        assert!(lines[1].contains("probe@1.0.0"), "{}", lines[1]);
    }

    #[test]
    fn a_flood_ends_with_a_note() {
        let limits = Limits { log_lines: 3, ..Limits::default() };
        let lines = lines(&limits, |log| {
            for _ in 0..1000 {
                log.write(Level::Info, "again");
            }
        });
        assert_eq!(lines.len(), 4);
        assert!(lines[3].contains("dropped"), "{}", lines[3]);
    }

    #[test]
    fn a_long_line_is_cut_between_characters_and_after_redaction() {
        let limits = Limits { log_line: 16, ..Limits::default() };
        let lines = lines(&limits, |log| {
            log.write(Level::Info, &"é".repeat(100));
            log.write(Level::Info, "x");
            log.write(Level::Info, "xé34567890123s3cr3t");
        });
        assert_eq!(lines[0].matches('é').count(), 8);
        assert!(!lines[2].contains("s3"), "{}", lines[2]);
    }
}
