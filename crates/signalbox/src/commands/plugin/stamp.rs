//! Another manifest for a file that is built already.
//!
//! An installation keeps a version as it came, so each build of `plugin dev` needs a version of its own: a pre-release
//! that names the build. It is written into the manifest's section; the code stays as the compiler made it.

use anyhow::{Context as _, bail};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Name of the custom section that holds the manifest.
const SECTION: &[u8] = b"signalbox:manifest";
/// Magic number and version, of modules and of components.
const PREAMBLE: usize = 8;
const CUSTOM: u8 = 0;

/// Whether a file is a component rather than a core module.
pub fn is_component(wasm: &[u8]) -> bool {
    wasm.get(4..PREAMBLE) == Some(&[0x0d, 0, 1, 0])
}

/// The same plugin under the version of this build: `0.1.0` becomes `0.1.0-dev.` and eight digits of the file's hash.
/// Returns that version, too.
///
/// The manifest must be a section of the file itself, as compilers and build scripts make it, not of a module within.
pub fn as_development(wasm: &[u8]) -> anyhow::Result<(Vec<u8>, String)> {
    let sections = sections(wasm)?;
    let found = sections.iter().find_map(Section::manifest);
    let mut manifest: Value = serde_json::from_slice(found.context("the file holds no manifest")?)?;
    let version = manifest.get("version").and_then(Value::as_str).context("the manifest has no version")?;
    let version = development_version(version, &Sha256::digest(wasm));
    manifest["version"] = version.clone().into();

    let mut stamped = wasm[..PREAMBLE].to_vec();
    for section in sections.iter().filter(|section| section.manifest().is_none()) {
        stamped.extend_from_slice(section.whole);
    }
    append_custom(&mut stamped, SECTION, manifest.to_string().as_bytes());
    Ok((stamped, version))
}

/// A version that already is a pre-release gets further identifiers: `0.1.0-rc.1.dev.…`.
fn development_version(version: &str, hash: &[u8]) -> String {
    let joint = if version.contains('-') { '.' } else { '-' };
    format!("{version}{joint}dev.{}", hex::encode(&hash[..4]))
}

/// One section of a file.
struct Section<'a> {
    id: u8,
    /// With its id and length.
    whole: &'a [u8],
    content: &'a [u8],
}

impl<'a> Section<'a> {
    /// The manifest, if this is its section.
    fn manifest(&self) -> Option<&'a [u8]> {
        if self.id != CUSTOM {
            return None;
        }
        let (length, rest) = number(self.content)?;
        let (name, data) = rest.split_at_checked(length)?;
        (name == SECTION).then_some(data)
    }
}

fn sections(wasm: &[u8]) -> anyhow::Result<Vec<Section<'_>>> {
    let mut rest = wasm.get(PREAMBLE..).context("this is no WebAssembly file")?;
    let mut sections = Vec::new();
    while let Some((&id, after)) = rest.split_first() {
        let parts = number(after).and_then(|(length, content)| content.split_at_checked(length));
        let Some((content, next)) = parts else { bail!("the file is cut off") };
        let whole = &rest[..rest.len() - next.len()];
        sections.push(Section { id, whole, content });
        rest = next;
    }
    Ok(sections)
}

fn append_custom(wasm: &mut Vec<u8>, name: &[u8], data: &[u8]) {
    let mut content = Vec::new();
    write_number(&mut content, name.len());
    content.extend_from_slice(name);
    content.extend_from_slice(data);
    wasm.push(CUSTOM);
    write_number(wasm, content.len());
    wasm.extend(content);
}

/// An unsigned LEB128 number of at most 32 bits, and what follows it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, &bytes[index + 1..]));
        }
    }
    None
}

fn write_number(bytes: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = u8::try_from(value & 0x7f).expect("seven bits");
        value >>= 7;
        if value == 0 {
            return bytes.push(low);
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const MODULE: &[u8; PREAMBLE] = b"\0asm\x01\0\0\0";

    fn file(manifest: &Value) -> Vec<u8> {
        let mut wasm = MODULE.to_vec();
        append_custom(&mut wasm, b"before", &[7; 200]);
        append_custom(&mut wasm, SECTION, manifest.to_string().as_bytes());
        append_custom(&mut wasm, b"after", b"");
        wasm
    }

    fn manifest_of(wasm: &[u8]) -> Vec<Value> {
        let sections = sections(wasm).unwrap();
        sections.iter().filter_map(Section::manifest).map(|data| serde_json::from_slice(data).unwrap()).collect()
    }

    #[test]
    fn a_build_gets_a_version_of_its_own_and_stays_what_it_is() {
        let wasm = file(&json!({"id": "x", "version": "0.1.0"}));
        let (stamped, version) = as_development(&wasm).unwrap();
        assert!(version.starts_with("0.1.0-dev.") && version.len() == "0.1.0-dev.".len() + 8, "{version}");
        assert_eq!(manifest_of(&stamped), [json!({"id": "x", "version": version})]);
        assert_eq!(sections(&stamped).unwrap().len(), 3);
        assert_eq!(as_development(&wasm).unwrap().1, version, "the same file, the same version");
        let other = file(&json!({"id": "x", "name": "y", "version": "0.1.0"}));
        assert_ne!(as_development(&other).unwrap().1, version);
        assert!(development_version("1.0.0-rc.1", &[0xab; 4]).ends_with("-rc.1.dev.abababab"));
    }

    #[test]
    fn a_file_without_a_manifest_and_one_that_is_cut_off_are_refused() {
        let wasm = file(&json!({"version": "0.1.0"}));
        assert!(as_development(MODULE).is_err());
        for length in 0..wasm.len() {
            // Where it is cut between two sections, the manifest may be whole.
            let _ = as_development(&wasm[..length]);
        }
        assert!(as_development(&wasm[..100]).is_err());
        assert!(!is_component(&wasm));
        assert!(is_component(b"\0asm\x0d\0\x01\0"));
    }
}
