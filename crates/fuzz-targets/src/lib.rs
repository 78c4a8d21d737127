//! What must hold for any input of a stranger, as functions that panic if it does not.
//!
//! `fuzz/` runs them under cargo-fuzz for as long as someone likes; `tests/corpus.rs` runs them over
//! the committed corpus and over mutations of it with every `cargo test`. See `fuzz/README.md`.

mod lines;
mod manifest_file;
mod recipe;
mod secret_placement;
mod url_policy;

/// Whether an input was taken or turned away: a corpus of nothing but refusals would test little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All the way through.
    Accepted,
    /// Not what the target takes, or refused by what it tests.
    Refused,
}

/// A target under its name, which is also the name of its corpus.
pub type Target = (&'static str, fn(&[u8]) -> Outcome);

/// All targets.
pub const TARGETS: [Target; 4] = [
    ("manifest", manifest_file::run),
    ("recipe", recipe::run),
    ("url_policy", url_policy::run),
    ("secret_placement", secret_placement::run),
];

/// Runs the target called `name`; for the programs of cargo-fuzz.
pub fn run(name: &str, data: &[u8]) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target of this crate");
    target(data);
}
