//! The SDK of this host as a crate that stands by itself: in the repository it takes version, lints and dependencies
//! from the workspace.

use super::embedded;
use anyhow::Context as _;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The files of the crate, below `sdk`.
pub fn files() -> anyhow::Result<Vec<(PathBuf, String)>> {
    let below = |path: &str| Path::new("sdk").join(path);
    let mut files = Vec::new();
    for (path, text) in embedded::sdk() {
        let text = if *path == "Cargo.toml" {
            standalone(text, embedded::repository("Cargo.toml"))?
        } else {
            (*text).to_owned()
        };
        files.push((below(path), text));
    }
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        files.push((below(licence), embedded::repository(licence).to_owned()));
    }
    Ok(files)
}

/// A crate's manifest with everything in place that it takes from its workspace.
fn standalone(manifest: &str, workspace: &str) -> anyhow::Result<String> {
    let mut manifest: Table = toml::from_str(manifest)?;
    let workspace: Table = toml::from_str(workspace)?;
    let workspace = table(&workspace, "workspace")?;
    manifest.remove("lints");
    settle(&mut manifest, "package", table(workspace, "package")?)?;
    let dependencies = table(workspace, "dependencies")?;
    settle(&mut manifest, "dependencies", dependencies)?;
    if let Some(Value::Table(targets)) = manifest.get_mut("target") {
        for (_, target) in targets.iter_mut() {
            let target = target.as_table_mut().context("a target is a table")?;
            settle(target, "dependencies", dependencies)?;
        }
    }
    Ok(toml::to_string_pretty(&manifest)?)
}

/// Replaces each `key.workspace = true` of a section by what the workspace says, keeping what is said beside it.
fn settle(manifest: &mut Table, section: &str, workspace: &Table) -> anyhow::Result<()> {
    let Some(Value::Table(entries)) = manifest.get_mut(section) else { return Ok(()) };
    for (key, entry) in entries.iter_mut() {
        let Some(own) = entry.as_table_mut() else { continue };
        if own.remove("workspace").is_none() {
            continue;
        }
        let shared = workspace.get(key).with_context(|| format!("the workspace does not say `{key}`"))?;
        if own.is_empty() {
            *entry = shared.clone();
            continue;
        }
        let mut whole = match shared {
            Value::Table(shared) => shared.clone(),
            version => Table::from_iter([("version".to_owned(), version.clone())]),
        };
        if let Some(Value::Array(features)) = own.remove("features") {
            let known = whole.entry("features").or_insert_with(|| Value::Array(Vec::new()));
            known.as_array_mut().context("features are a list")?.extend(features);
        }
        whole.extend(std::mem::take(own));
        *entry = Value::Table(whole);
    }
    Ok(())
}

fn table<'a>(of: &'a Table, name: &str) -> anyhow::Result<&'a Table> {
    of.get(name).and_then(Value::as_table).with_context(|| format!("there is no [{name}]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_workspace_says_is_put_in_place() {
        let workspace = r#"
            [workspace.package]
            version = "1.2.3"
            [workspace.dependencies]
            plain = "1"
            rich = { version = "2", default-features = false, features = ["a"] }
        "#;
        let manifest = r#"
            [package]
            name = "x"
            version.workspace = true
            [features]
            default = []
            [lints]
            workspace = true
            [dependencies]
            plain = { workspace = true, optional = true }
            rich = { workspace = true, features = ["b"] }
            own = "3"
            [target.'cfg(target_family = "wasm")'.dependencies]
            plain.workspace = true
        "#;
        let expected = r#"
            [package]
            name = "x"
            version = "1.2.3"
            [features]
            default = []
            [dependencies]
            plain = { version = "1", optional = true }
            rich = { version = "2", default-features = false, features = ["a", "b"] }
            own = "3"
            [target.'cfg(target_family = "wasm")'.dependencies]
            plain = "1"
        "#;
        let settled: Table = toml::from_str(&standalone(manifest, workspace).unwrap()).unwrap();
        assert_eq!(settled, toml::from_str(expected).unwrap());
        let unknown = "[dependencies]\nother.workspace = true\n";
        assert!(standalone(unknown, workspace).unwrap_err().to_string().contains("other"));
    }

    #[test]
    fn our_own_stands_by_itself() {
        let files = files().unwrap();
        let manifest = &files.iter().find(|(path, _)| path == Path::new("sdk/Cargo.toml")).unwrap().1;
        assert!(!manifest.contains("workspace"), "{manifest}");
        assert!(files.iter().any(|(path, _)| path == Path::new("sdk/src/testing/fixture.rs")));
    }
}
