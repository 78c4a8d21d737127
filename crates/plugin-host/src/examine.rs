//! Everything that keeps a host from loading a file, for authors, who would otherwise mend one fault after the other.

use manifest::{Manifest, Preamble};
use sha2::{Digest, Sha256};
use wasmparser::{Parser, Payload};

use crate::contract;
use crate::error::LoadError;
use crate::host::PluginHost;
use crate::plugin::Plugin;

/// What a host finds in a file.
#[derive(Debug)]
pub struct Examination {
    /// What the plugin says about itself, if that can be honoured.
    pub manifest: Option<Manifest>,
    /// Every reason for which [`PluginHost::load`] refuses the file, as far as one can be told without the other: code
    /// that is no WebAssembly has no imports. Empty if it is accepted.
    pub refusals: Vec<LoadError>,
}

impl PluginHost {
    /// Examines a file. Compiles, as [`load`](Self::load) does.
    pub fn examine(&self, wasm: &[u8]) -> Examination {
        let mut refusals = Vec::new();
        if wasm.len() > self.config.max_module {
            refusals.push(LoadError::TooLarge { size: wasm.len(), limit: self.config.max_module });
        }
        let read = Preamble::read(wasm).map_err(LoadError::from);
        let is_wasm = !matches!(read, Err(LoadError::NotWasm(_)));
        let manifest = read.and_then(|preamble| Ok(Manifest::parse(preamble.manifest)?));
        let manifest = manifest.map_err(|error| refusals.push(error)).ok();
        if is_wasm {
            self.examine_code(wasm, manifest.as_ref(), &mut refusals);
        }
        Examination { manifest, refusals }
    }

    fn examine_code(&self, wasm: &[u8], manifest: Option<&Manifest>, found: &mut Vec<LoadError>) {
        let hash = hex::encode(Sha256::digest(wasm));
        let component = match self.component(wasm, &hash, Parser::is_component(wasm)) {
            Ok(component) => component,
            Err(error) => {
                found.push(error);
                // What it imports can be read nevertheless.
                found.extend(imports(wasm).iter().filter_map(|import| contract::check_import(import, &[]).err()));
                return;
            }
        };
        let unknown = contract::refusals(&self.engine, &component);
        let offered = unknown.is_empty();
        found.extend(unknown);
        if let Some(manifest) = manifest {
            found.extend(Plugin::missing(manifest, &component));
        }
        // Of a component that imports unknown things, the linker would only say that.
        if offered && let Err(error) = self.linker.instantiate_pre(&component) {
            found.push(LoadError::Incompatible(format!("{error:#}")));
        }
    }
}

/// The names of a component's own imports.
fn imports(wasm: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload {
            Ok(Payload::ComponentImportSection(section)) => {
                names.extend(section.into_iter().flatten().map(|import| import.name.name.to_owned()));
            }
            // What lies inside imports from the outside, not from the host.
            Ok(Payload::ModuleSection { .. } | Payload::ComponentSection { .. }) | Err(_) => break,
            Ok(_) => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::imports;

    #[test]
    fn imports_are_read_without_compiling() {
        let text = r#"(component
            (import "signalbox:plugin/blobs@1.3.0" (instance))
            (import "wasi:io/poll@0.2.6" (instance))
            (core module (import "inner" "f" (func))))"#;
        assert_eq!(imports(&wat::parse_str(text).unwrap()), ["signalbox:plugin/blobs@1.3.0", "wasi:io/poll@0.2.6"]);
        assert_eq!(imports(b"nonsense"), [""; 0]);
    }
}
