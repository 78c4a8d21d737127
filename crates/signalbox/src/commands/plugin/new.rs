//! `signalbox plugin new`: the beginning of a plugin.

mod sdk;

use crate::cli::author::{Kind, Language, New};
use anyhow::{Context as _, bail};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Files that the build script found: `SDK`, `TEMPLATES`, `REPOSITORY`, each with paths and texts.
mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

    pub(super) const fn sdk() -> &'static [(&'static str, &'static str)] {
        SDK
    }

    pub(super) const fn templates() -> &'static [(&'static str, &'static str)] {
        TEMPLATES
    }

    /// A file of the repository.
    pub(super) fn repository(path: &str) -> &'static str {
        REPOSITORY.iter().find(|(name, _)| *name == path).expect("the build script lists it").1
    }
}

/// Writes the project, and says what to type next.
pub fn run(args: &New) -> anyhow::Result<()> {
    let Language::Rust = args.lang;
    let dir = Path::new(&args.name);
    write(dir, &args.name, args.kind)?;
    println!("{} is begun. Next:", args.name);
    println!("  cd {}", args.name);
    println!("  signalbox plugin build");
    println!("  signalbox plugin test");
    println!("README.md says what is where.");
    Ok(())
}

/// Writes a project into a directory, which must not exist.
fn write(dir: &Path, name: &str, kind: Kind) -> anyhow::Result<()> {
    if !is_id(name) {
        bail!("`{name}` is no id: 2 to 63 lower-case letters, digits and hyphens, starting with a letter");
    }
    fs::create_dir(dir).with_context(|| format!("{} cannot be made", dir.display()))?;
    let names = Names::of(name);
    for (path, text) in files(kind)? {
        let file = dir.join(path);
        let parent = file.parent().expect("it is below the project");
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&file, names.fill(&text)))
            .with_context(|| file.display().to_string())?;
    }
    Ok(())
}

/// The files of a project by their paths in it.
fn files(kind: Kind) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    for (path, text) in embedded::templates() {
        let (folder, rest) = path.split_once('/').context("templates lie in folders")?;
        if folder == "common" || folder == folder_of(kind) {
            // These names mean something to tools where the templates lie.
            let rest = rest.replace("_Cargo.toml", "Cargo.toml").replace("_gitignore", ".gitignore");
            files.push((rest.into(), (*text).to_owned()));
        }
    }
    // The versions that the official plugins are built with; cargo drops those that are not needed.
    files.push(("Cargo.lock".into(), embedded::repository("plugins/Cargo.lock").to_owned()));
    files.extend(sdk::files()?);
    Ok(files)
}

const fn folder_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Channel => "channel",
        Kind::Actions => "actions",
        Kind::Triggers => "triggers",
        Kind::Enrich => "enrich",
    }
}

/// What manifests accept as an id, and directories and crates as a name.
fn is_id(name: &str) -> bool {
    (2..=63).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// A plugin's name in the writings that templates need.
struct Names {
    /// `carrier-pigeon`.
    kebab: String,
    /// `carrier_pigeon`.
    snake: String,
    /// `CarrierPigeon`.
    camel: String,
    /// `Carrier Pigeon`.
    title: String,
}

impl Names {
    fn of(name: &str) -> Self {
        let words = name.split('-').filter(|word| !word.is_empty());
        let words: Vec<String> = words.map(capitalized).collect();
        Self { kebab: name.to_owned(), snake: name.replace('-', "_"), camel: words.concat(), title: words.join(" ") }
    }

    fn fill(&self, template: &str) -> String {
        template
            .replace("{{name}}", &self.kebab)
            .replace("{{snake}}", &self.snake)
            .replace("{{Type}}", &self.camel)
            .replace("{{title}}", &self.title)
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_each_place_needs_them() {
        let names = Names::of("carrier-pigeon2");
        let filled = names.fill("{{name}} {{snake}} {{Type}} {{title}} {other}");
        assert_eq!(filled, "carrier-pigeon2 carrier_pigeon2 CarrierPigeon2 Carrier Pigeon2 {other}");
        for (name, good) in [("ab", true), ("a", false), ("Ab", false), ("2a", false), ("a_b", false), ("../x", false)]
        {
            assert_eq!(is_id(name), good, "{name}");
        }
    }

    #[test]
    fn every_kind_has_its_files_and_nothing_is_left_to_fill_in() {
        let dir = tempfile::tempdir().unwrap();
        for kind in [Kind::Channel, Kind::Actions, Kind::Triggers, Kind::Enrich] {
            let project = dir.path().join(folder_of(kind));
            write(&project, "carrier-pigeon", kind).unwrap();
            for file in ["Cargo.toml", ".gitignore", "README.md", "build.rs", "src/lib.rs", "sdk/wit/world.wit"] {
                assert!(project.join(file).is_file(), "{kind:?} has no {file}");
            }
            for (path, text) in files(kind).unwrap() {
                let filled = Names::of("carrier-pigeon").fill(&text);
                let ours = !path.starts_with("sdk") && path != Path::new("Cargo.lock");
                assert!(!ours || !filled.contains("{{"), "{}", path.display());
            }
            write(&project, "carrier-pigeon", kind).expect_err("what is there is not overwritten");
        }
    }
}
