//! Holds what a component imports against what this host offers, so that an author
//! reads which version is needed instead of a linker's complaint.

use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use crate::error::LoadError;

const PACKAGE: &str = "signalbox:plugin/";
/// Version of the plugin API that this host speaks.
const MAJOR: &str = "1";

/// Functions by interface that plugins may import.
const OFFERED: [(&str, &[&str]); 6] = [
    ("types", &[]),
    ("http", &["send"]),
    ("state", &["get", "put", "delete"]),
    ("crypto", &["hmac", "random"]),
    ("clock", &["now-ms"]),
    ("log", &["log"]),
];

/// Refuses imports this host does not offer.
pub(crate) fn check(engine: &Engine, component: &Component) -> Result<(), LoadError> {
    refusals(engine, component).into_iter().next().map_or(Ok(()), Err)
}

/// Every import this host does not offer.
pub(crate) fn refusals(engine: &Engine, component: &Component) -> Vec<LoadError> {
    let kind = component.component_type();
    kind.imports(engine)
        .filter_map(|(name, import)| {
            let functions = match import.ty {
                ComponentItem::ComponentInstance(instance) => instance
                    .exports(engine)
                    .filter(|(_, export)| matches!(export.ty, ComponentItem::ComponentFunc(_)))
                    .map(|(name, _)| name.to_owned())
                    .collect(),
                _ => Vec::new(),
            };
            check_import(name, &functions).err()
        })
        .collect()
}

/// Refuses one import, of which these functions are used.
pub(crate) fn check_import(import: &str, functions: &[String]) -> Result<(), LoadError> {
    if import.starts_with("wasi:") {
        return Err(LoadError::Wasi { import: import.to_owned() });
    }
    let Some((interface, version)) = split(import) else {
        return Err(LoadError::UnknownImport { import: import.to_owned() });
    };
    let newer = |import: String| LoadError::NeedsNewerHost { import, version: version.to_owned() };
    let offered = OFFERED
        .iter()
        .find(|(name, _)| *name == interface && is_ours(version))
        .ok_or_else(|| newer(import.to_owned()))?;
    match functions.iter().find(|name| !offered.1.contains(&name.as_str())) {
        Some(function) => Err(newer(format!("{import}#{function}"))),
        None => Ok(()),
    }
}

/// Interface and version of a name in the plugin API's package.
fn split(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix(PACKAGE)?.split_once('@')
}

fn is_ours(version: &str) -> bool {
    version.split('.').next() == Some(MAJOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(name: &str, functions: &[&str]) -> Result<(), String> {
        let functions: Vec<_> = functions.iter().map(ToString::to_string).collect();
        check_import(name, &functions).map_err(|error| error.to_string())
    }

    #[test]
    fn imports_are_offered_or_explained() {
        import("signalbox:plugin/http@1.0.0", &["send"]).unwrap();
        import("signalbox:plugin/http@1.7.0", &["send"]).unwrap();
        import("signalbox:plugin/types@1.0.0", &[]).unwrap();
        import("signalbox:plugin/log@1.0.0", &["log"]).unwrap();
        import("signalbox:plugin/state@1.0.0", &["get", "put", "delete"]).unwrap();
        import("signalbox:plugin/crypto@1.0.0", &["random"]).unwrap();
        for (name, functions, explanation) in [
            (
                "signalbox:plugin/http@1.2.0",
                &["send", "stream"][..],
                "it imports `signalbox:plugin/http@1.2.0#stream` and so needs a host that offers \
                 plugin API 1.2.0 or later",
            ),
            (
                "signalbox:plugin/blobs@1.1.0",
                &["get"],
                "it imports `signalbox:plugin/blobs@1.1.0` and so needs a host that offers plugin \
                 API 1.1.0 or later",
            ),
            (
                "signalbox:plugin/http@2.0.0",
                &["send"],
                "it imports `signalbox:plugin/http@2.0.0` and so needs a host that offers plugin \
                 API 2.0.0 or later",
            ),
            (
                "wasi:cli/environment@0.2.6",
                &["get-environment"],
                "it imports `wasi:cli/environment@0.2.6`: build for `wasm32-unknown-unknown`, WASI \
                 is not offered",
            ),
            (
                "evil:kernel/ring0@1.0.0",
                &[],
                "it imports `evil:kernel/ring0@1.0.0`, which is not part of the plugin API",
            ),
            ("run", &[], "it imports `run`, which is not part of the plugin API"),
        ] {
            assert_eq!(import(name, functions).unwrap_err(), explanation);
        }
    }
}
