//! The version of the peer that was built, from the lock file, so that no constant goes stale.

use anyhow::Context as _;

/// The version of a package that the lock file has once.
pub fn version<'lock>(lock: &'lock str, package: &str) -> anyhow::Result<&'lock str> {
    let (_, entry) = lock
        .split_once(&format!("name = \"{package}\"\nversion = \""))
        .with_context(|| format!("{package} is not in the lock file"))?;
    let (version, _) = entry.split_once('"').context("a version ends")?;
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn the_version_is_that_of_the_package() {
        let lock = "name = \"awa-model\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"awa\"\nversion = \"0.6.9\"\n";
        assert_eq!(version(lock, "awa").unwrap(), "0.6.9");
        assert!(version(lock, "river").is_err());
    }
}
