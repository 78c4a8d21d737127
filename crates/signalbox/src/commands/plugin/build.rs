//! `signalbox plugin build`: a project into one `.wasm` file.

use super::project::Project;
use crate::cli::author::Build;
use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};

/// Builds, and says what came of it.
pub fn run(args: &Build) -> anyhow::Result<()> {
    let project = Project::open(&args.project)?;
    let (file, wasm) = build(&project, args.out.as_deref())?;
    println!("{}", file.display());
    println!("{} bytes", wasm.len());
    println!("sha256 {}", hex::encode(Sha256::digest(&wasm)));
    Ok(())
}

/// Builds a project into `out`, or where its other commands look for it.
pub fn build(project: &Project, out: Option<&Path>) -> anyhow::Result<(PathBuf, Vec<u8>)> {
    let wasm = component(project.build()?)?;
    let file = match out {
        Some(file) => file.to_owned(),
        None => project.wasm(&project.id()?),
    };
    std::fs::write(&file, &wasm).with_context(|| file.display().to_string())?;
    Ok((file, wasm))
}

/// A component of what the language made. The host would do the same; a component is what other tools understand.
pub fn component(wasm: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    if is_component(&wasm) { Ok(wasm) } else { Ok(plugin_host::encode(&wasm)?) }
}

/// Whether a file is a component rather than a core module: what follows the magic number says so.
fn is_component(wasm: &[u8]) -> bool {
    wasm.get(4..8) == Some(&[0x0d, 0, 1, 0])
}
