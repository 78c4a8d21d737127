//! Everything that anyone logs while these tests run, at the finest level.

use std::io;
use std::sync::{Mutex, Once};

static LOGGED: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static START: Once = Once::new();

struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Logs are kept from now on, whichever test comes first.
pub fn keep() {
    START.call_once(|| {
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(|| Writer).init();
    });
}

/// All of them so far.
pub fn kept() -> Vec<u8> {
    LOGGED.lock().unwrap().clone()
}

/// The lines so far that speak of `what`.
pub fn about(what: &str) -> Vec<String> {
    String::from_utf8_lossy(&kept()).lines().filter(|line| line.contains(what)).map(str::to_owned).collect()
}
