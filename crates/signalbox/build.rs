//! Puts the SDK and the templates of `signalbox plugin new` into the binary, so that a project is made without a network
//! and always fits the host that made it.

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

fn main() {
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let repository = here.join("../..").canonicalize().expect("the repository is above");
    let sdk = repository.join("plugin-sdk");
    let mut code = String::new();
    list(&mut code, "SDK", &sdk, &["Cargo.toml", "src", "wit"]);
    list(&mut code, "TEMPLATES", &here.join("templates"), &["common", "channel", "actions", "triggers", "enrich"]);
    list(&mut code, "REPOSITORY", &repository, &["Cargo.toml", "plugins/Cargo.lock", "LICENSE-APACHE", "LICENSE-MIT"]);
    let target = Path::new(&variable("OUT_DIR")).join("embedded.rs");
    fs::write(&target, code).unwrap_or_else(|error| panic!("{}: {error}", target.display()));
}

/// A constant `name` with the paths, relative to `root`, and texts of all files below `entries`.
fn list(code: &mut String, name: &str, root: &Path, entries: &[&str]) {
    let mut files = Vec::new();
    for entry in entries {
        let path = root.join(entry);
        println!("cargo::rerun-if-changed={}", path.display());
        gather(&path, &mut files);
    }
    files.sort();
    writeln!(code, "const {name}: &[(&str, &str)] = &[").expect("a string takes everything");
    for file in files {
        let text = |path: &Path| path.to_str().expect("paths of the repository are text").to_owned();
        let (relative, file) = (text(file.strip_prefix(root).expect("it was found below")), text(&file));
        writeln!(code, "    ({relative:?}, include_str!({file:?})),").expect("a string takes everything");
    }
    code.push_str("];\n");
}

fn gather(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_file() {
        return files.push(path.to_owned());
    }
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for entry in entries {
        gather(&entry.expect("the directory can be read").path(), files);
    }
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}
