//! Passwords: argon2id, off the threads that serve requests, a few at a time.

use crate::problem::{Code, FieldProblem, Problem};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::{sync::LazyLock, time::Duration};
use tokio::sync::Semaphore;

/// Each check needs 19 MiB and a processor for some 20 ms: more at once would only be slower.
static PLACES: Semaphore = Semaphore::const_new(2);

/// How long a login waits for a place before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(5);

/// A hash of no password, checked where there is no person, so that both take as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash(&uuid::Uuid::new_v4().to_string()).unwrap_or_default());

/// The parameters that OWASP recommends first for argon2id: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("the parameters are within argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &str) -> Result<String, argon2::password_hash::Error> {
    Ok(argon2().hash_password(password.as_bytes())?.to_string())
}

fn matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Hashes a password that a person or the operator chose. Takes some 20 ms of a processor.
pub fn hash_password(password: &str) -> Result<String, argon2::password_hash::Error> {
    hash(password)
}

/// Hashing and checking for handlers.
pub struct Passwords;

impl Passwords {
    /// Says what is wrong with a new password at `pointer`. Length is all that is asked for (NIST SP 800-63B).
    pub fn check_new(pointer: &str, password: &str) -> Result<(), FieldProblem> {
        match password.chars().count() {
            0..10 => Err(FieldProblem::new(pointer, "too_short", "a password has at least 10 characters")),
            10..=200 => Ok(()),
            _ => Err(FieldProblem::new(pointer, "too_long", "a password has at most 200 characters")),
        }
    }

    /// Hashes a new password.
    pub async fn hash(password: String) -> Result<String, Problem> {
        run(move || hash(&password)).await?.map_err(Problem::internal)
    }

    /// Which of these hashes the password matches. Without any, it takes as long as with one.
    pub async fn matching(password: String, hashes: Vec<String>) -> Result<Vec<bool>, Problem> {
        run(move || {
            if hashes.is_empty() {
                matches(&password, &NOBODY);
            }
            hashes.iter().map(|hash| matches(&password, hash)).collect()
        })
        .await
    }
}

async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let place = tokio::time::timeout(PATIENCE, PLACES.acquire()).await;
    let Ok(Ok(_place)) = place else {
        return Err(Problem::new(Code::TooManyRequests).retry_after(PATIENCE));
    };
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_argon2id_and_match_their_password_alone() {
        let hash = hash("correct horse").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(matches("correct horse", &hash));
        assert!(!matches("correct horse ", &hash));
        assert!(!matches("correct horse", "not a hash"));
    }
}
