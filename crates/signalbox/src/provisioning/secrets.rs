//! Secrets: named in the file, taken from the environment, compared with what is stored.

use crate::process::Process;
use domain::TenantId;
use manifest::SettingsSchema;
use serde_json::Value;
use store::secrets::SealedSecret;
use vault::{Place, Sealed};

/// The variables that secrets come from.
pub type Environment<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// Settings with their secrets in the place of `{ env = "NAME" }`. A secret that stands in the file is refused, like a
/// variable that is not set.
pub fn resolve(
    settings: &Value,
    schema: &SettingsSchema,
    at: &str,
    env: Environment<'_>,
    reasons: &mut Vec<String>,
) -> Value {
    let mut resolved = settings.clone();
    for field in schema.hints().into_iter().filter(|field| field.secret) {
        let Some(value) = resolved.pointer_mut(&field.pointer) else { continue };
        let Some(name) = variable(value) else {
            let pointer = field.pointer;
            reasons.push(format!("{at}{pointer}: a secret stands in the environment: write {{ env = \"NAME\" }}"));
            continue;
        };
        match env(name) {
            Some(secret) => *value = Value::String(secret),
            None => reasons.push(format!("{at}{}: the variable {name} is not set", field.pointer)),
        }
    }
    resolved
}

/// The name in `{ env = "NAME" }`.
fn variable(value: &Value) -> Option<&str> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    members.get("env")?.as_str()
}

/// Whether a stored secret has this value.
pub fn is(process: &Process, tenant: TenantId, owner: &str, stored: &[SealedSecret], name: &str, value: &str) -> bool {
    let Some(secret) = stored.iter().find(|secret| secret.name == name) else { return false };
    let Ok(sealed) = Sealed::try_from(secret.sealed.clone()) else { return false };
    let place = Place { tenant: Some(tenant.0), owner, name };
    process.keyring.open(&place, &sealed).is_ok_and(|plain| plain.expose_str().is_ok_and(|plain| plain == value))
}
