//! References inside a schema: all local, none circular, and not multiplying without end.
//!
//! A few hundred bytes of definitions, each of which uses the next one twice, would keep a
//! validator busy for years; so a schema's size is counted with every reference written out.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::escape_token;
use crate::error::{Fault, Findings, ManifestError};

/// Most JSON values a schema may have with its references written out.
const PARTS_MAX: usize = 20_000;

/// Refuses references that leave the schema, come back to themselves or multiply.
pub(super) fn check(root: &Map<String, Value>) -> Result<(), ManifestError> {
    let definitions = root.get("definitions").and_then(Value::as_object);
    let mut unfolding = Unfolding { definitions, sizes: BTreeMap::new(), found: Findings::default() };
    let mut total: usize = 0;
    for (keyword, value) in root.iter().filter(|(keyword, _)| *keyword != "definitions") {
        let at = format!("/{}", escape_token(keyword));
        total = total.saturating_add(unfolding.member(keyword, value, &at));
    }
    for name in definitions.into_iter().flat_map(Map::keys) {
        total = total.saturating_add(unfolding.definition(name, "/definitions"));
    }
    if total > PARTS_MAX {
        let limit = PARTS_MAX;
        unfolding.found.fault("", Fault::SchemaParts { limit });
    }
    unfolding.found.result()
}

struct Unfolding<'a> {
    definitions: Option<&'a Map<String, Value>>,
    /// Sizes of the definitions seen so far; `None` while one is being unfolded.
    sizes: BTreeMap<&'a str, Option<usize>>,
    found: Findings,
}

impl<'a> Unfolding<'a> {
    /// The size of `value` with its references written out.
    fn size(&mut self, value: &'a Value, at: &str) -> usize {
        let mut size: usize = 1;
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let at = format!("{at}/{}", escape_token(name));
                    size = size.saturating_add(self.member(name, member, &at));
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    size = size.saturating_add(self.size(item, &format!("{at}/{index}")));
                }
            }
            _ => {}
        }
        size
    }

    /// A member named `$ref` counts as a reference even where it is data or a property's name:
    /// nobody needs it there, and no validator is then tempted either.
    fn member(&mut self, name: &str, value: &'a Value, at: &str) -> usize {
        if name != "$ref" {
            return self.size(value, at);
        }
        let name = value.as_str().and_then(|reference| reference.strip_prefix("#/definitions/"));
        match name.and_then(|name| self.definitions?.get_key_value(name)) {
            Some((name, _)) => self.definition(name, at),
            None => self.refuse(at, Fault::Reference),
        }
    }

    fn definition(&mut self, name: &'a str, at: &str) -> usize {
        match self.sizes.get(name) {
            Some(Some(size)) => return *size,
            Some(None) => return self.refuse(at, Fault::ReferenceCycle),
            None => {}
        }
        let Some(definition) = self.definitions.and_then(|all| all.get(name)) else {
            return self.refuse(at, Fault::Reference);
        };
        self.sizes.insert(name, None);
        let below = format!("/definitions/{}", escape_token(name));
        let size = self.size(definition, &below);
        self.sizes.insert(name, Some(size));
        size
    }

    /// Notes a reference that leads nowhere, which has no size of its own.
    fn refuse(&mut self, at: &str, fault: Fault) -> usize {
        self.found.fault(at, fault);
        1
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::Reason;

    fn fault(schema: &Value) -> Option<(String, Fault)> {
        let Err(error) = check(schema.as_object().unwrap()) else { return None };
        match error.reasons() {
            [Reason::Invalid { pointer, fault }] => Some((pointer.clone(), fault.clone())),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn references_stay_inside() {
        assert_eq!(
            fault(&json!({
                "definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"type": "string"}},
                "properties": {"x": {"$ref": "#/definitions/a"}, "y": {"$ref": "#/definitions/a"}},
            })),
            None
        );
        for reference in [
            "http://169.254.169.254/latest",
            "file:///etc/passwd",
            "#",
            "other.json",
            "#/definitions/none",
            "#/properties/x",
        ] {
            let schema = json!({"properties": {"x": {"$ref": reference}}});
            assert_eq!(fault(&schema), Some(("/properties/x/$ref".into(), Fault::Reference)), "{reference}");
        }
    }

    #[test]
    fn circles_and_multiplication_are_refused() {
        let circle = json!({"definitions": {
            "a": {"items": {"$ref": "#/definitions/b"}},
            "b": {"items": {"$ref": "#/definitions/a"}},
        }});
        assert_eq!(fault(&circle).unwrap().1, Fault::ReferenceCycle);

        let mut definitions = json!({"d0": {"type": "string"}});
        for level in 1..40 {
            let lower = json!({"$ref": format!("#/definitions/d{}", level - 1)});
            definitions[format!("d{level}")] = json!({"allOf": [lower, lower]});
        }
        let bomb = json!({ "definitions": definitions });
        assert_eq!(fault(&bomb).unwrap().1, Fault::SchemaParts { limit: PARTS_MAX });
    }
}
