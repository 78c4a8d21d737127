//! The way of a secret into a request and out of its answer, for fuzz targets.

use egress::Request;
use manifest::Manifest;
use serde_json::Value;

use crate::call::CallSecrets;
use crate::inject::inject;
use crate::redact::Redactor;

/// Puts the secret called `name` into `request`, or says why not.
pub fn place(
    request: &mut Request,
    name: &str,
    manifest: &Manifest,
    settings: &Value,
    secrets: &CallSecrets,
) -> Result<(), String> {
    inject(request, name, manifest, settings, secrets)
}

/// An answer as a guest gets it.
pub fn redact(answer: Vec<u8>, secrets: &CallSecrets) -> Vec<u8> {
    Redactor::new(secrets).bytes(answer)
}
