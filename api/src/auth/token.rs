//! Access tokens: JWTs that are good for minutes, signed with a key that lies sealed in the database.

use ::realtime::position::Proof;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{SessionId, TenantId, UserId, role::RoleKey};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sqlx::PgPool;
use store::secrets;
use vault::{Keyring, Place, Sealed};

/// The name of the key among the installation's secrets.
const NAME: &str = "access-token-key";
const ISSUER: &str = "signalbox";
/// Who says that a password was right, and a code is missing: nobody takes that for an access token.
const CHALLENGER: &str = "signalbox-challenge";
/// Who says that somebody may hear a channel.
const VOUCHER: &str = "signalbox-channel";
/// How long a client may take from asking to subscribing.
const VOUCHER_LIFETIME: TimeDelta = TimeDelta::minutes(5);
/// How long somebody has for their code.
const CHALLENGE_LIFETIME: TimeDelta = TimeDelta::minutes(5);

/// Signs and checks access tokens.
#[derive(Clone)]
pub struct AccessKey {
    encoding: EncodingKey,
    decoding: DecodingKey,
}

/// What a token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Whose data they work with.
    pub tenant: TenantId,
    /// Who.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
}

/// Somebody whose password was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenged {
    /// Whose data they will work with.
    pub tenant: TenantId,
    /// Who.
    pub user: UserId,
}

/// Somebody who may hear a channel over one connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voucher {
    /// Whose data they work with.
    pub tenant: TenantId,
    /// Who.
    pub user: UserId,
    /// How they have shown it.
    pub by: Proof,
    /// The connection.
    pub socket: String,
    /// The channel.
    pub channel: String,
}

#[derive(Serialize, Deserialize)]
struct Vouched {
    iss: String,
    exp: i64,
    #[serde(flatten)]
    voucher: Voucher,
}

#[derive(Serialize, Deserialize)]
struct Challenge {
    iss: String,
    sub: UserId,
    tenant: TenantId,
    exp: i64,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    iss: String,
    sub: UserId,
    tenant: TenantId,
    session: SessionId,
    role: String,
    iat: i64,
    exp: i64,
}

/// The key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum AccessKeyError {
    /// The database refused or is away.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The key cannot be sealed, or the stored one not be opened: the master key is another.
    #[error("the key of the access tokens cannot be opened")]
    Vault(#[from] vault::Error),
}

impl AccessKey {
    /// The installation's key, made by whoever asks first.
    pub async fn load_or_create(pool: &PgPool, keyring: &Keyring, now: DateTime<Utc>) -> Result<Self, AccessKeyError> {
        let place = Place { tenant: None, owner: secrets::PLATFORM_OWNER, name: NAME };
        loop {
            if let Some(sealed) = secrets::of_platform(pool, NAME).await? {
                return Ok(Self::from_bytes(keyring.open(&place, &Sealed::try_from(sealed)?)?.expose()));
            }
            let key: [u8; 32] = rand::random();
            // Whoever loses the race reads the winner's.
            secrets::put_for_platform_once(pool, NAME, keyring.seal(&place, &key).as_bytes(), now).await?;
        }
    }

    /// A key of these bytes.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self { encoding: EncodingKey::from_secret(bytes), decoding: DecodingKey::from_secret(bytes) }
    }

    /// A token that is good for `lifetime`. The role in it is for the client to show; what a person may do is asked
    /// anew with each request.
    pub fn sign(
        &self,
        claims: Claims,
        role: RoleKey,
        now: DateTime<Utc>,
        lifetime: TimeDelta,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let payload = Payload {
            iss: ISSUER.to_owned(),
            sub: claims.user,
            tenant: claims.tenant,
            session: claims.session,
            role: role.to_string(),
            iat: now.timestamp(),
            exp: (now + lifetime).timestamp(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &payload, &self.encoding)
    }

    /// Proof that somebody's password was right, for the request that brings the code.
    pub fn challenge(&self, who: Challenged, now: DateTime<Utc>) -> Result<String, jsonwebtoken::errors::Error> {
        let exp = (now + CHALLENGE_LIFETIME).timestamp();
        let challenge = Challenge { iss: CHALLENGER.to_owned(), sub: who.user, tenant: who.tenant, exp };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &challenge, &self.encoding)
    }

    /// Whose password was right, if this is ours and good at `now`.
    pub fn challenged(&self, challenge: &str, now: DateTime<Utc>) -> Option<Challenged> {
        let challenge: Challenge = self.decode(challenge, CHALLENGER)?;
        let who = Challenged { tenant: challenge.tenant, user: challenge.sub };
        (now.timestamp() < challenge.exp).then_some(who)
    }

    /// Our word that somebody may hear a channel. The secret of a tenant's app is not enough for that: its servers have it.
    pub fn vouch(&self, voucher: Voucher, now: DateTime<Utc>) -> Result<String, jsonwebtoken::errors::Error> {
        let exp = (now + VOUCHER_LIFETIME).timestamp();
        let word = Vouched { iss: VOUCHER.to_owned(), exp, voucher };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &word, &self.encoding)
    }

    /// Whom it is about, if it is our word and holds at `now`.
    pub fn vouched(&self, word: &str, now: DateTime<Utc>) -> Option<Voucher> {
        let vouched: Vouched = self.decode(word, VOUCHER)?;
        (now.timestamp() < vouched.exp).then_some(vouched.voucher)
    }

    fn decode<T: DeserializeOwned>(&self, token: &str, issuer: &str) -> Option<T> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[issuer]);
        validation.set_required_spec_claims(&["iss", "exp"]);
        // Expiry goes by the clock that is handed in, by the caller.
        validation.validate_exp = false;
        Some(jsonwebtoken::decode(token, &self.decoding, &validation).ok()?.claims)
    }

    /// What a token says, if it is ours and good at `now`.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        let payload: Payload = self.decode(token, ISSUER)?;
        (now.timestamp() < payload.exp).then_some(Claims {
            tenant: payload.tenant,
            user: payload.sub,
            session: payload.session,
        })
    }
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccessKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::role::Role;

    #[test]
    fn a_token_is_good_until_it_expires_and_for_its_key_alone() {
        let now = DateTime::from_timestamp(1_750_000_000, 0).unwrap();
        let claims = Claims { tenant: TenantId::new(), user: UserId::new(), session: SessionId::new() };
        let key = AccessKey::from_bytes(&[7; 32]);
        let token = key.sign(claims, RoleKey::BuiltIn(Role::Agent), now, TimeDelta::minutes(15)).unwrap();
        assert_eq!(key.verify(&token, now + TimeDelta::minutes(14)), Some(claims));
        assert_eq!(key.verify(&token, now + TimeDelta::minutes(15)), None);
        assert_eq!(AccessKey::from_bytes(&[8; 32]).verify(&token, now), None);
        // The same claims, unsigned.
        let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", token.split('.').nth(1).unwrap());
        assert_eq!(key.verify(&unsigned, now), None);
    }

    #[test]
    fn a_voucher_is_for_channels_alone_and_for_a_moment() {
        let now = DateTime::from_timestamp(1_750_000_000, 0).unwrap();
        let voucher = Voucher {
            tenant: TenantId::new(),
            user: UserId::new(),
            by: Proof::Session(SessionId::new()),
            socket: "1.1".to_owned(),
            channel: "presence-inbox".to_owned(),
        };
        let key = AccessKey::from_bytes(&[7; 32]);
        let word = key.vouch(voucher.clone(), now).unwrap();
        assert_eq!(key.vouched(&word, now + TimeDelta::seconds(299)), Some(voucher));
        assert_eq!(key.vouched(&word, now + VOUCHER_LIFETIME), None);
        assert_eq!(AccessKey::from_bytes(&[8; 32]).vouched(&word, now), None);
        assert_eq!(key.verify(&word, now), None);
        let claims = Claims { tenant: TenantId::new(), user: UserId::new(), session: SessionId::new() };
        let token = key.sign(claims, RoleKey::BuiltIn(Role::Agent), now, TimeDelta::minutes(15)).unwrap();
        assert_eq!(key.vouched(&token, now), None);
    }

    #[test]
    fn a_right_password_alone_opens_nothing() {
        let now = DateTime::from_timestamp(1_750_000_000, 0).unwrap();
        let who = Challenged { tenant: TenantId::new(), user: UserId::new() };
        let claims = Claims { tenant: who.tenant, user: who.user, session: SessionId::new() };
        let key = AccessKey::from_bytes(&[7; 32]);
        let challenge = key.challenge(who, now).unwrap();
        assert_eq!(key.challenged(&challenge, now), Some(who));
        assert_eq!(key.challenged(&challenge, now + CHALLENGE_LIFETIME), None);
        assert_eq!(key.verify(&challenge, now), None);
        let token = key.sign(claims, RoleKey::BuiltIn(Role::Agent), now, TimeDelta::minutes(15)).unwrap();
        assert_eq!(key.challenged(&token, now), None);
    }
}
