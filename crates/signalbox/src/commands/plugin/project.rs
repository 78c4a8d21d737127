//! A plugin's project on disk: which language it is in, how it is built and tested.

use anyhow::{Context as _, bail};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const TARGET: &str = "wasm32-unknown-unknown";

/// A project of an author.
pub struct Project {
    /// Its directory.
    pub dir: PathBuf,
    language: Language,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Rust,
    JavaScript,
}

impl Project {
    /// The project in a directory.
    pub fn open(dir: &Path) -> anyhow::Result<Self> {
        let language = if dir.join("Cargo.toml").is_file() {
            Language::Rust
        } else if dir.join("build.mjs").is_file() {
            Language::JavaScript
        } else {
            bail!("{} holds no plugin: neither Cargo.toml nor build.mjs", dir.display());
        };
        Ok(Self { dir: dir.to_owned(), language })
    }

    /// Builds it: a core module, or a component where the language makes one.
    pub fn build(&self) -> anyhow::Result<Vec<u8>> {
        let file = match self.language {
            Language::Rust => {
                require_target(&self.dir)?;
                self.cargo_build()?
            }
            Language::JavaScript => {
                self.install_packages()?;
                let file = self.dir.join("build").join("plugin.wasm");
                run(Command::new("node").args(["build.mjs", "build/plugin.wasm"]).current_dir(&self.dir))?;
                file
            }
        };
        std::fs::read(&file).with_context(|| file.display().to_string())
    }

    /// Runs its own tests, which say themselves what fails.
    pub fn test(&self) -> anyhow::Result<()> {
        match self.language {
            Language::Rust => run(Command::new("cargo").args(["test", "--quiet"]).current_dir(&self.dir)),
            Language::JavaScript => {
                self.install_packages()?;
                run(Command::new("npm").args(["test", "--silent"]).current_dir(&self.dir))
            }
        }
    }

    /// Where its fixtures are.
    pub fn fixtures(&self) -> PathBuf {
        self.dir.join("fixtures")
    }

    /// Where its recorded calls are: what the SDK replays natively is beside them, and is of another form.
    pub fn recorded_calls(&self) -> PathBuf {
        self.fixtures().join("calls")
    }

    /// Where `plugin build` puts the file of the plugin with this id.
    pub fn wasm(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.wasm"))
    }

    /// The id in its manifest.
    pub fn id(&self) -> anyhow::Result<String> {
        let file = self.dir.join("manifest.json");
        let text = std::fs::read(&file).with_context(|| file.display().to_string())?;
        let manifest: Value = serde_json::from_slice(&text).with_context(|| file.display().to_string())?;
        let id = manifest.get("id").and_then(Value::as_str);
        Ok(id.with_context(|| format!("{} has no `id`", file.display()))?.to_owned())
    }

    fn install_packages(&self) -> anyhow::Result<()> {
        if self.dir.join("node_modules").is_dir() {
            return Ok(());
        }
        run(Command::new("npm").args(["ci", "--silent"]).current_dir(&self.dir))
    }

    /// Cargo says itself which file it made: the target directory and the crate's name are the project's choice.
    fn cargo_build(&self) -> anyhow::Result<PathBuf> {
        let output = Command::new("cargo")
            .args(["build", "--release", "--lib", "--target", TARGET])
            .arg("--message-format=json-render-diagnostics")
            .current_dir(&self.dir)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .context("cargo cannot be started")?;
        if !output.status.success() {
            bail!("the project does not build");
        }
        let built = String::from_utf8_lossy(&output.stdout);
        let last = built.lines().filter_map(wasm_of).next_back();
        last.context("the project builds no .wasm file: `crate-type` in its Cargo.toml must have \"cdylib\"")
    }
}

/// The `.wasm` file of one of cargo's messages.
fn wasm_of(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let files = message.get("filenames")?.as_array()?;
    let mut files = files.iter().filter_map(Value::as_str).map(PathBuf::from);
    files.find(|file| file.extension().is_some_and(|extension| extension == "wasm"))
}

/// Adds the compilation target if rustup can, and says how otherwise.
fn require_target(dir: &Path) -> anyhow::Result<()> {
    let printed = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(dir)
        .stdin(Stdio::null())
        .output()
        .context("rustc cannot be started: install Rust with https://rustup.rs")?;
    let libraries = PathBuf::from(String::from_utf8_lossy(&printed.stdout).trim());
    if printed.status.success() && libraries.is_dir() {
        return Ok(());
    }
    eprintln!("==> adding the compilation target {TARGET}");
    let added = run(Command::new("rustup").args(["target", "add", TARGET]).current_dir(dir));
    added.with_context(|| format!("the target {TARGET} is missing: `rustup target add {TARGET}` adds it"))
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("{program} cannot be started"))?;
    if !status.success() {
        let args: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
        bail!("`{program} {}` failed", args.join(" "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_found_among_cargos_messages() {
        let artifact = r#"{"reason":"compiler-artifact","filenames":["/t/libx.rlib","/t/x.wasm"]}"#;
        assert_eq!(wasm_of(artifact), Some(PathBuf::from("/t/x.wasm")));
        for other in [r#"{"reason":"compiler-artifact","filenames":["/t/libx.rmeta"]}"#, r#"{"reason":"x"}"#, "no json"]
        {
            assert_eq!(wasm_of(other), None);
        }
    }

    #[test]
    fn a_directory_without_a_project_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let error = Project::open(dir.path()).err().unwrap().to_string();
        assert!(error.contains("holds no plugin"), "{error}");
    }
}
