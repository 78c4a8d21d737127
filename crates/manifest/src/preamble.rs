//! Finds the manifest inside a `.wasm` file without running or compiling it.

use std::mem;

use thiserror::Error;
use wasmparser::{Chunk, Encoding, Parser, Payload};

/// Name of the custom section that holds the manifest.
const NAME: &str = "signalbox:manifest";

/// What a `.wasm` file says about itself.
#[derive(Debug)]
pub struct Preamble<'a> {
    /// Whether the file is a component; otherwise it is a core module.
    pub is_component: bool,
    /// The manifest, as bytes.
    pub manifest: &'a [u8],
}

/// Why a file says nothing about itself.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PreambleError {
    /// Neither a WebAssembly module nor a component.
    #[error("this is no WebAssembly file: {0}")]
    NotWasm(String),
    /// No custom section `signalbox:manifest`.
    #[error("the file holds no manifest (custom section `signalbox:manifest`)")]
    ManifestMissing,
    /// Several manifests that differ.
    #[error("the file holds several manifests that differ")]
    ManifestAmbiguous,
}

impl<'a> Preamble<'a> {
    /// Walks through all sections at any depth. A compiler puts the manifest into the core module,
    /// which may lie inside a component; a packaging tool may append it to the outside. Two that
    /// differ would let a reviewer read one and the host obey the other.
    pub fn read(wasm: &'a [u8]) -> Result<Self, PreambleError> {
        let not_wasm = PreambleError::NotWasm;
        let (mut encoding, mut manifest) = (None, None);
        let (mut rest, mut parser, mut outer) = (wasm, Parser::new(0), Vec::new());
        loop {
            let payload = match parser.parse(rest, true).map_err(|error| not_wasm(error.to_string()))? {
                Chunk::Parsed { consumed, payload } => {
                    rest = &rest[consumed..];
                    payload
                }
                Chunk::NeedMoreData(_) => return Err(not_wasm("it ends too early".to_owned())),
            };
            match payload {
                Payload::Version { encoding: kind, .. } => {
                    encoding.get_or_insert(kind);
                }
                Payload::CustomSection(section) if section.name() == NAME => {
                    if manifest.is_some_and(|known| known != section.data()) {
                        return Err(PreambleError::ManifestAmbiguous);
                    }
                    manifest = Some(section.data());
                }
                // Nothing is said in it, and it is nearly all of the file.
                Payload::CodeSectionStart { size, .. } => {
                    parser.skip_section();
                    let code = usize::try_from(size).unwrap_or(usize::MAX);
                    rest = rest.get(code..).ok_or_else(|| not_wasm("its code ends too early".to_owned()))?;
                }
                Payload::ModuleSection { parser: inner, .. } | Payload::ComponentSection { parser: inner, .. } => {
                    outer.push(mem::replace(&mut parser, inner));
                }
                Payload::End(_) => match outer.pop() {
                    Some(around) => parser = around,
                    None => break,
                },
                _ => {}
            }
        }
        Ok(Self {
            is_component: encoding == Some(Encoding::Component),
            manifest: manifest.ok_or(PreambleError::ManifestMissing)?,
        })
    }
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
        let preamble = Preamble::read(&flat).unwrap();
        assert!(!preamble.is_component);
        assert_eq!(preamble.manifest, b"{1}");

        let nested = module(r#"(component (component (core module (@custom "signalbox:manifest" "{2}"))))"#);
        let preamble = Preamble::read(&nested).unwrap();
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
        assert_eq!(Preamble::read(&twice("{1}")).unwrap().manifest, b"{1}");
        let error = Preamble::read(&twice("{2}")).unwrap_err();
        assert!(matches!(error, PreambleError::ManifestAmbiguous));
    }

    #[test]
    fn other_files_are_refused() {
        let code = module(r#"(module (func (result i32) i32.const 7) (@custom "signalbox:manifest" "{}"))"#);
        assert_eq!(Preamble::read(&code).unwrap().manifest, b"{}");
        let begin = code.windows(2).position(|bytes| bytes == [0x41, 7]).unwrap();
        assert!(matches!(Preamble::read(&code[..=begin]), Err(PreambleError::NotWasm(_))));
        let without = module(r#"(module (@custom "other" "{}"))"#);
        assert!(matches!(Preamble::read(&without), Err(PreambleError::ManifestMissing)));
        for bytes in [&b""[..], b"\x7fELF", b"\0asm", b"\0asm\x01\0\0\0\xff\xff", b"{}"] {
            assert!(matches!(Preamble::read(bytes), Err(PreambleError::NotWasm(_))), "{bytes:?}");
        }
    }
}
