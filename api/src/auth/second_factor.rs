//! The second factor: codes of an app (TOTP, RFC 6238) and recovery codes.

pub mod begin;
pub mod confirm;
pub mod get;
pub mod log_in;
mod recovery;
pub mod recovery_codes;
pub mod remove;

use crate::{
    problem::{Code, Problem},
    state::Api,
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{TenantId, UserId, second_factor::wait_after};
use sqlx::PgConnection;
use std::time::Duration;
use store::second_factors::{self, SECRET, SecondFactor, owner};
use totp_rs::{Algorithm, Builder, Totp};
use vault::{Place, Sealed};

/// Codes of the step before and after are taken, too: clocks differ, and people type.
const DRIFT: u16 = 1;

/// What became of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Checked {
    Right,
    Wrong,
    /// Too many were wrong: none is looked at for a while.
    Locked(Duration),
}

impl Checked {
    /// Why it was refused, if it was.
    fn refusal(self) -> Option<Problem> {
        match self {
            Self::Right => None,
            Self::Wrong => Some(Code::CodeWrong.into()),
            Self::Locked(wait) => Some(Problem::new(Code::TooManyRequests).retry_after(wait)),
        }
    }
}

/// The code generator of an app with this secret. Apps understand these parameters, and many no others.
fn totp(secret: &[u8]) -> Builder {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_skew(DRIFT)
        .with_secret(secret.to_vec())
}

/// The generator of a person's app.
fn opened(api: &Api, tenant: TenantId, user: UserId, factor: &SecondFactor) -> Result<Totp, Problem> {
    let owner = owner(user);
    let place = Place { tenant: Some(tenant.0), owner: &owner, name: SECRET };
    let sealed = Sealed::try_from(factor.secret.clone()).map_err(Problem::internal)?;
    let secret = api.keyring.open(&place, &sealed).map_err(Problem::internal)?;
    totp(secret.expose()).build().map_err(Problem::internal)
}

/// The secret of a person's app as it lies in the database.
fn seal(api: &Api, tenant: TenantId, user: UserId, secret: &[u8]) -> Vec<u8> {
    let owner = owner(user);
    let place = Place { tenant: Some(tenant.0), owner: &owner, name: SECRET };
    api.keyring.seal(&place, secret).as_bytes().to_vec()
}

/// Checks a code of the person's app, or a recovery code, and uses it up. What is noted about it has to be committed
/// whatever comes out.
async fn check(
    api: &Api,
    conn: &mut PgConnection,
    tenant: TenantId,
    user: UserId,
    code: &str,
    now: DateTime<Utc>,
) -> Result<Checked, Problem> {
    let Some(factor) = second_factors::lock(conn, user).await? else { return Ok(Checked::Wrong) };
    if let Some(until) = factor.locked_until.filter(|until| *until > now) {
        return Ok(Checked::Locked((until - now).to_std().unwrap_or_default()));
    }
    let step = step_of(&opened(api, tenant, user, &factor)?, &factor, code, now);
    let is_recovery_code =
        step.is_none() && second_factors::use_recovery_code(conn, user, &recovery::hash(code), now).await?;
    if let Some(step) = step.or_else(|| is_recovery_code.then_some(factor.last_step)) {
        second_factors::took(conn, user, step).await?;
        return Ok(Checked::Right);
    }
    let failures = u32::try_from(factor.failures).unwrap_or_default().saturating_add(1);
    let wait = wait_after(failures).and_then(|wait| TimeDelta::from_std(wait).ok());
    second_factors::failed(conn, user, wait.map(|wait| now + wait)).await?;
    Ok(Checked::Wrong)
}

/// The step that a code belongs to, if it is right and no code of this step or a later one was taken before.
fn step_of(totp: &Totp, factor: &SecondFactor, code: &str, now: DateTime<Utc>) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let step = totp.check(&digits, now.timestamp().cast_unsigned())?.cast_signed();
    (step > factor.last_step).then_some(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor(last_step: i64) -> SecondFactor {
        SecondFactor { secret: Vec::new(), confirmed_at: None, last_step, failures: 0, locked_until: None }
    }

    /// The vectors of RFC 6238, appendix B, for SHA-1, of which an app shows the last six digits.
    #[test]
    fn codes_are_those_of_the_standard_and_good_once() {
        let totp = totp(b"12345678901234567890").build().unwrap();
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924")]
        {
            let now = DateTime::from_timestamp(seconds, 0).unwrap();
            let step = seconds / 30;
            assert_eq!(step_of(&totp, &factor(0), code, now), Some(step));
            assert_eq!(step_of(&totp, &factor(0), &format!("{} {}", &code[..3], &code[3..]), now), Some(step));
            assert_eq!(step_of(&totp, &factor(step - 1), code, now), Some(step));
            assert_eq!(step_of(&totp, &factor(step), code, now), None, "a second time");
            for drift in [-30, 30] {
                assert_eq!(step_of(&totp, &factor(0), code, now + TimeDelta::seconds(drift)), Some(step));
            }
            // There was no minute before the first.
            for drift in [-60, 60].into_iter().filter(|drift| seconds + drift >= 0) {
                assert_eq!(step_of(&totp, &factor(0), code, now + TimeDelta::seconds(drift)), None);
            }
        }
    }
}
