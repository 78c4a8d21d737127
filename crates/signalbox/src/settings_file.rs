//! Settings with secrets in them: from a file or standard input, never from the command line.

use anyhow::Context as _;
use serde_json::Value;
use std::{io::Read as _, path::Path};

/// Reads JSON from a file, or from standard input where the path is `-`.
pub fn read(path: &Path) -> anyhow::Result<Value> {
    let text = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("standard input")?;
        text
    } else {
        std::fs::read_to_string(path).with_context(|| path.display().to_string())?
    };
    // The parser's own message may repeat what it read.
    serde_json::from_str(&text).map_err(|error| {
        anyhow::anyhow!("{}: not JSON at line {}, column {}", path.display(), error.line(), error.column())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_does_not_repeat_the_secret() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "{\"access_token\": hunter2}").unwrap();
        let error = read(file.path()).unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
        assert!(error.contains("line 1"), "{error}");
    }
}
