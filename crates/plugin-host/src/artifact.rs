//! Compiled code, kept between starts: compiling takes a tenth of a second, loading less than a
//! thousandth. Beside it stands which files' manifests were accepted, and by which rules: judging one
//! compiles all of its schemas.
//!
//! Loading machine code means trusting it. The cache directory belongs to this user alone, and
//! each file ends with a checksum of the rest, so that a file that was cut off or decayed is
//! compiled anew rather than run. It is no defence against who can write there as this user: such
//! a one could write any checksum, and any code, beside which a manifest says little.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crc32fast::Hasher as Checksum;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::compiler::{self, Compiler};

/// The checksum of bytes that end with their own (a property of every CRC).
const WHOLE: u32 = 0x2144_df1c;

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
        if let Some(component) = kept(engine, &path) {
            return Ok(component);
        }
        let code = compiler::code_of(&encode()?, self.compiler.as_ref(), engine)?;
        if let Err(error) = self.write(&path, &code) {
            tracing::warn!(%error, "a compiled plugin cannot be kept");
        }
        Ok(load(engine, &code)?)
    }

    /// Whether the manifest in the file whose SHA-256 is `hash` was accepted by the rules of this host.
    pub fn knows_manifest(&self, hash: &str) -> bool {
        self.acceptance(hash).exists()
    }

    /// Notes that it was.
    pub fn note_manifest(&self, hash: &str) {
        match create_new(&self.acceptance(hash)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                tracing::warn!(%error, "that a plugin's manifest was accepted cannot be kept");
            }
            _ => {}
        }
    }

    /// An empty file: that it is there says it all.
    fn acceptance(&self, hash: &str) -> PathBuf {
        self.dir.join(format!("{hash}-{}.accepted", manifest::RULES))
    }

    /// Writes beside and renames, so that no reader ever sees half a file.
    fn write(&self, path: &Path, code: &[u8]) -> io::Result<()> {
        let temporary = self.temporary();
        let written = create_new(&temporary).and_then(|mut file| {
            file.write_all(code)?;
            file.write_all(&crc32fast::hash(code).to_le_bytes())?;
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

/// The component in a cache file, if there is one and it is whole.
fn kept(engine: &Engine, path: &Path) -> Option<Component> {
    if !is_whole(path).ok()? {
        tracing::warn!(path = %path.display(), "a compiled plugin is damaged, compiling anew");
        return None;
    }
    load_file(engine, path)
        .inspect_err(|error| tracing::warn!(%error, "a compiled plugin is refused, compiling anew"))
        .ok()
}

/// Reads a file once, in pieces that stay in the processor's cache.
fn is_whole(path: &Path) -> io::Result<bool> {
    let mut file = fs::File::open(path)?;
    let (mut piece, mut checksum) = (vec![0; 32 << 10], Checksum::new());
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(checksum.finalize() == WHOLE),
            length => checksum.update(&piece[..length]),
        }
    }
}

/// Maps a file: what of it is not needed is never read, and processes share the rest.
#[expect(
    unsafe_code,
    reason = "the file was written by this host, in a directory that only this user can write to, and is whole; it is \
              only ever replaced by another, so that the mapped one stays as it is; wasmtime itself refuses another \
              version's or configuration's"
)]
fn load_file(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: see the reason above.
    unsafe { Component::deserialize_file(engine, path) }
}

#[expect(unsafe_code, reason = "the bytes come from `precompile_component` of this host or of its compiler, just now")]
fn load(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: see the reason above.
    unsafe { Component::deserialize(engine, code) }
}
