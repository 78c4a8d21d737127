//! Lines for the operator. The host attributes them to plugin and call; message text, telephone
//! numbers and names do not belong in them.

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// For the author.
    Debug,
    /// Worth knowing.
    Info,
    /// Someone should look.
    Warn,
    /// Something does not work.
    Error,
}

/// Writes a line: to the host, or to standard error in a native test.
pub fn log(level: Level, message: &str) {
    #[cfg(all(feature = "guest", target_family = "wasm"))]
    crate::guest::log(level, message);
    #[cfg(not(all(feature = "guest", target_family = "wasm")))]
    eprintln!("{level:?}: {message}");
}

/// Writes a debug line.
pub fn debug(message: &str) {
    log(Level::Debug, message);
}

/// Writes an info line.
pub fn info(message: &str) {
    log(Level::Info, message);
}

/// Writes a warning.
pub fn warn(message: &str) {
    log(Level::Warn, message);
}

/// Writes an error.
pub fn error(message: &str) {
    log(Level::Error, message);
}
