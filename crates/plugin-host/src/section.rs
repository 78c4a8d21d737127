//! Finds the manifest inside a `.wasm` file without running or compiling it.

use wasmparser::{Encoding, Parser, Payload};

use crate::error::LoadError;

/// Name of the custom section that holds the manifest.
const NAME: &str = "signalbox:manifest";

/// What a file says about itself.
#[derive(Debug)]
pub(crate) struct Preamble<'a> {
    /// Whether the file is a component; otherwise it is a core module.
    pub is_component: bool,
    /// The manifest, as bytes.
    pub manifest: &'a [u8],
}

/// Walks through all sections at any depth. A compiler puts the manifest into the core module,
/// which may lie inside a component; a packaging tool may append it to the outside. Two that
/// differ would let a reviewer read one and the host obey the other.
pub(crate) fn read(wasm: &[u8]) -> Result<Preamble<'_>, LoadError> {
    let mut encoding = None;
    let mut manifest = None;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(|error| LoadError::NotWasm(error.to_string()))? {
            Payload::Version { encoding: kind, .. } => {
                encoding.get_or_insert(kind);
            }
            Payload::CustomSection(section) if section.name() == NAME => {
                if manifest.is_some_and(|known| known != section.data()) {
                    return Err(LoadError::ManifestAmbiguous);
                }
                manifest = Some(section.data());
            }
            _ => {}
        }
    }
    Ok(Preamble {
        is_component: encoding == Some(Encoding::Component),
        manifest: manifest.ok_or(LoadError::ManifestMissing)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(text: &str) -> Vec<u8> {
        wat::parse_str(text).unwrap()
    }

    #[test]
    fn finds_the_manifest_at_any_depth() {
        let flat = module(r#"(module (@custom "signalbox:manifest" "{1}"))"#);
        let preamble = read(&flat).unwrap();
        assert!(!preamble.is_component);
        assert_eq!(preamble.manifest, b"{1}");

        let nested = module(r#"(component (component (core module (@custom "signalbox:manifest" "{2}"))))"#);
        let preamble = read(&nested).unwrap();
        assert!(preamble.is_component);
        assert_eq!(preamble.manifest, b"{2}");
    }

    #[test]
    fn the_same_manifest_twice_is_one_and_two_are_none() {
        let twice = |second: &str| {
            module(&format!(
                r#"(component
                     (core module (@custom "signalbox:manifest" "{{1}}"))
                     (@custom "signalbox:manifest" "{second}"))"#
            ))
        };
        assert_eq!(read(&twice("{1}")).unwrap().manifest, b"{1}");
        let error = read(&twice("{2}")).unwrap_err();
        assert!(matches!(error, LoadError::ManifestAmbiguous));
    }

    #[test]
    fn other_files_are_refused() {
        let without = module(r#"(module (@custom "other" "{}"))"#);
        assert!(matches!(read(&without), Err(LoadError::ManifestMissing)));
        for bytes in [&b""[..], b"\x7fELF", b"\0asm", b"\0asm\x01\0\0\0\xff\xff", b"{}"] {
            assert!(matches!(read(bytes), Err(LoadError::NotWasm(_))), "{bytes:?}");
        }
    }
}
