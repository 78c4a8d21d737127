//! Compiled code, kept between starts: compiling takes a hundred milliseconds, loading less than
//! one.
//!
//! Loading machine code means trusting it. The cache directory belongs to this user alone, and
//! each file begins with the SHA-256 of the rest, so that a file that was cut off or decayed is
//! compiled anew rather than run. It is no defence against who can write there as this user.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::compiler::{self, Compiler};

const DIGEST: usize = 32;

/// The cache of one engine.
pub(crate) struct Artifacts {
    dir: PathBuf,
    compiler: Option<Compiler>,
    /// Tells apart artifacts of other wasmtime versions, settings and processors.
    compatibility: String,
}

impl Artifacts {
    /// Opens the cache in `dir`, making the directory if it is missing.
    pub fn open(dir: &Path, compiler: Option<Compiler>, engine: &Engine) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let artifacts = Self { dir: dir.to_owned(), compiler, compatibility: format!("{:016x}", hasher.finish()) };
        artifacts.make_private()?;
        Ok(artifacts)
    }

    /// Nobody else may put code here. Changing the mode fails for who does not own the directory,
    /// except for root, who finds out from a file of its own.
    fn make_private(&self) -> io::Result<()> {
        fs::set_permissions(&self.dir, Permissions::from_mode(0o700))?;
        let probe = self.temporary();
        let file = create_new(&probe)?;
        let is_own = file.metadata()?.uid() == fs::metadata(&self.dir)?.uid();
        fs::remove_file(&probe)?;
        if is_own {
            return Ok(());
        }
        let message = format!("{} belongs to another user", self.dir.display());
        Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
    }

    /// The component of `wasm` (whose SHA-256 is `hash`), from the cache or compiled.
    ///
    /// `encode` makes the component's bytes; it is only asked when they must be compiled.
    pub fn component<E>(
        &self,
        engine: &Engine,
        hash: &str,
        encode: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<Component, E>
    where
        E: From<wasmtime::Error>,
    {
        let path = self.dir.join(format!("{hash}-{}.cwasm", self.compatibility));
        if let Some(code) = read(&path) {
            match load(engine, &code) {
                Ok(component) => return Ok(component),
                Err(error) => {
                    tracing::warn!(%error, "a compiled plugin is refused, compiling anew");
                }
            }
        }
        let code = compiler::code_of(&encode()?, self.compiler.as_ref(), engine)?;
        if let Err(error) = self.write(&path, &code) {
            tracing::warn!(%error, "a compiled plugin cannot be kept");
        }
        Ok(load(engine, &code)?)
    }

    /// Writes beside and renames, so that no reader ever sees half a file.
    fn write(&self, path: &Path, code: &[u8]) -> io::Result<()> {
        let temporary = self.temporary();
        let written = create_new(&temporary).and_then(|mut file| {
            file.write_all(&Sha256::digest(code))?;
            file.write_all(code)?;
            fs::rename(&temporary, path)
        });
        if written.is_err() {
            // Whatever failed, the half-written file is of no use; it may not even exist.
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    /// A name that no other process picks, nor this one again, not even where every process has
    /// the same number, as in containers that share the directory.
    fn temporary(&self) -> PathBuf {
        let unique = RandomState::new().build_hasher().finish();
        self.dir.join(format!(".{unique:016x}.tmp"))
    }
}

fn create_new(path: &Path) -> io::Result<fs::File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// The code in a cache file, if the file is whole.
fn read(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = fs::read(path).ok()?;
    let digest = bytes.get(..DIGEST)?;
    let is_whole = Sha256::digest(&bytes[DIGEST..])[..] == *digest;
    is_whole.then(|| bytes.split_off(DIGEST))
}

#[expect(
    unsafe_code,
    reason = "the bytes come from `precompile_component` of this host or of its compiler: either just now, or out of \
              a file in a directory that only this user can write to, with an intact digest; \
              wasmtime itself refuses another version's or configuration's"
)]
fn load(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: see the reason above.
    unsafe { Component::deserialize(engine, code) }
}
