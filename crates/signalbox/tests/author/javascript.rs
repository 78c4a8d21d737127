//! The example in JavaScript: built with componentize-js, it is a plugin like any other.

use crate::author::{Ended, SIGNALBOX, environment};
use std::{path::Path, process::Command};

/// Skipped where the packages are not installed: `npm ci` in the example's directory does it, and `scripts/test` before
/// this runs.
#[test]
fn it_is_built_accepted_and_agrees_with_its_fixtures() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/plugins/javascript");
    if !example.join("node_modules").is_dir() {
        eprintln!("skipped: there are no packages in {}", example.display());
        return;
    }
    let run = |args: &[&str]| {
        let mut command = Command::new(SIGNALBOX);
        command.arg("plugin").args(args).current_dir(&example);
        environment(&mut command);
        let ended = Ended::of(&command.output().unwrap());
        assert!(ended.success, "{args:?}: {}{}", ended.out, ended.err);
        ended.out
    };
    let tested = run(&["test"]);
    assert!(tested.contains("natively and in the sandbox the same: 3 fixtures"), "{tested}");
    let told = run(&["check", "lamps-js.wasm"]);
    assert!(told.contains("webhooks, channel, admin") && told.contains("\naccepted\n"), "{told}");
    assert!(told.contains("warning: the file has"), "twelve megabytes are worth a word: {told}");
}
