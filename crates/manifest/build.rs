//! What `RULES` is made of: the sources of this crate, and the versions that it is built with.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

const SOURCES: &str = "src";
const VERSIONS: &str = "../../Cargo.lock";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={SOURCES}");
    println!("cargo::rerun-if-changed={VERSIONS}");
    let mut files = vec![PathBuf::from(VERSIONS)];
    collect(Path::new(SOURCES), &mut files)?;
    files.sort();
    let mut rules = DefaultHasher::new();
    for file in files {
        file.hash(&mut rules);
        fs::read(&file)?.hash(&mut rules);
    }
    println!("cargo::rustc-env=MANIFEST_RULES={:016x}", rules.finish());
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
