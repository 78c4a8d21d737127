//! Passwords: argon2id, off the threads that serve requests, a few at a time. Hashes of bcrypt, which an import brings,
//! are good until their owner logs in: then the password is hashed anew.

use crate::{
    problem::{Code, FieldProblem, Problem},
    state::Api,
};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::{net::IpAddr, sync::LazyLock, time::Duration};
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

/// What stands in the place of a hash where no password is good any more.
pub const UNUSABLE: &str = "!";

/// The most that a check of an imported hash may cost: each step doubles it, and 14 is about a second.
const BCRYPT_COST: u32 = 14;

fn matches(password: &str, hash: &str) -> bool {
    if hash == UNUSABLE {
        // As long as with a hash: from outside, the two are the same.
        let _ = matches(password, &NOBODY);
        return false;
    }
    if let Ok(parts) = hash.parse::<bcrypt::HashParts>() {
        return parts.get_cost() <= BCRYPT_COST && bcrypt::verify(password, hash).unwrap_or(false);
    }
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

    /// Whether the hash is to be replaced when its password is at hand.
    pub fn is_outdated(hash: &str) -> bool {
        !hash.starts_with("$argon2id$")
    }

    /// Hashes a new password.
    pub async fn hash(password: String) -> Result<String, Problem> {
        run(move || hash(&password)).await?.map_err(Problem::internal)
    }

    /// Refuses somebody who does not know their own password: `pointer` is where they sent it. Wrong ones are counted as
    /// at the login, so that a stolen session does not help to guess it.
    pub async fn prove(
        api: &Api,
        client: IpAddr,
        email: &str,
        password: String,
        hash: String,
        pointer: &str,
    ) -> Result<(), Problem> {
        let now = api.now();
        if let Some(wait) = api.throttle.wait(client, email, now) {
            return Err(Problem::new(Code::TooManyRequests).retry_after(wait));
        }
        if Self::matching(password, vec![hash]).await?.contains(&true) {
            return Ok(());
        }
        api.throttle.failed(client, email, now);
        Err(Problem::field(pointer, "password", "is not the current password"))
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
        assert!(!matches("!", UNUSABLE));
        assert!(!Passwords::is_outdated(&hash));
    }

    #[test]
    fn hashes_of_an_import_are_good() {
        // Of `htpasswd -nbB`, PHP and Python's bcrypt, for the same password.
        for version in ["2b", "2a", "2y"] {
            let hash = bcrypt::hash_with_salt("correct horse", 4, *b"sixteen bytes ok").unwrap();
            let hash = hash.format_for_version(match version {
                "2a" => bcrypt::Version::TwoA,
                "2y" => bcrypt::Version::TwoY,
                _ => bcrypt::Version::TwoB,
            });
            assert!(matches("correct horse", &hash) && !matches("correct", &hash), "{hash}");
            assert!(Passwords::is_outdated(&hash));
        }
        let costly = "$2b$31$abcdefghijklmnopqrstuuE3nZ8x0Jv8S8tX7mVbT3mVYH7nqQvW2";
        assert!(!matches("correct horse", costly), "nobody waits for days");
    }
}
