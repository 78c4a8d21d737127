//! Signatures by keyed hash, as nearly every provider makes them, told apart by data alone.

use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::content::{self, Content};
use super::verify::usable;
use super::{Denied, HeaderField, Request, Secrets, TimestampRule, TimestampSource};
use crate::form;

/// A keyed hash over parts of the request, sent in a header.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HmacRule {
    /// Names of the secrets that may have signed, so that a rotated and a new secret are both
    /// accepted; those that are not set are passed over.
    pub secrets: Vec<String>,
    /// How a secret becomes the key.
    #[serde(default)]
    pub key: KeyRule,
    /// The hash.
    pub algorithm: Algorithm,
    /// What is signed, in order.
    pub content: Vec<Content>,
    /// Where the signature stands and how it is written.
    pub signature: SignatureRule,
    /// When it was signed, if the provider says so.
    #[serde(default)]
    pub timestamp: Option<TimestampRule>,
    /// A hash of the body inside the signed URL, for providers that do not sign the body itself.
    #[serde(default)]
    pub body_hash: Option<BodyHash>,
}

/// The hash function of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// HMAC with SHA-256.
    Sha256,
    /// HMAC with SHA-1; sound as a keyed hash, and what Twilio uses.
    Sha1,
}

/// How a secret becomes a key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRule {
    /// How the key is encoded in the secret.
    #[serde(default)]
    pub encoding: KeyEncoding,
    /// Text before the encoded key that is dropped if it is there, such as `whsec_`.
    #[serde(default)]
    pub prefix: String,
}

/// How a key is encoded in a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyEncoding {
    /// The secret's bytes are the key.
    #[default]
    Raw,
    /// Base64 with or without padding.
    Base64,
    /// Hexadecimal.
    Hex,
}

/// Where a signature stands and how it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignatureRule {
    /// The header.
    pub header: HeaderField,
    /// How the hash is written. Compared as text, so only the one usual spelling is accepted.
    pub encoding: Encoding,
    /// What surrounds it.
    #[serde(default)]
    pub shape: SignatureShape,
}

/// How a hash is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Lower-case hexadecimal.
    Hex,
    /// Padded standard Base64.
    Base64,
}

/// What surrounds the signature in its header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SignatureShape {
    /// One signature after a fixed prefix (`sha256=…`), which may be empty.
    Plain {
        /// The prefix.
        #[serde(default)]
        prefix: String,
    },
    /// Several named values, of which those of one scheme are signatures: `t=…,v1=…,v1=…` or
    /// `v1,… v1a,…`.
    List {
        /// Between two entries.
        separator: char,
        /// Between an entry's name and its value.
        assign: char,
        /// The name of the entries that hold signatures of this rule.
        scheme: String,
    },
}

impl Default for SignatureShape {
    fn default() -> Self {
        Self::Plain { prefix: String::new() }
    }
}

/// A lower-case hexadecimal SHA-256 of the body in the signed URL's query (Twilio).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BodyHash {
    /// Name of the query parameter.
    pub query: String,
}

impl HmacRule {
    pub(super) fn signs_body(&self) -> bool {
        let covers_body = |part: &Content| matches!(part, Content::Body | Content::SortedForm);
        self.body_hash.is_some() || self.content.iter().any(covers_body)
    }

    pub(super) fn verify(
        &self,
        request: &Request<'_>,
        secrets: &dyn Secrets,
        now: DateTime<Utc>,
    ) -> Result<(), Denied> {
        let given = self.signature.text(request)?;
        let timestamp = self.timestamp(request, given, now)?;
        if let Some(rule) = &self.body_hash {
            rule.check(request)?;
        }
        let spellings = self.content.iter().find_map(|part| match part {
            Content::Url(rule) => Some(rule.spellings(request.public_url)),
            _ => None,
        });
        let spellings = spellings.unwrap_or_else(|| vec!["".into()]);
        for (name, secret) in usable(&self.secrets, secrets)? {
            let key = self.key.decode(name, secret)?;
            for url in &spellings {
                let mut mac = Keyed::new(self.algorithm, &key);
                content::feed(&self.content, request, url, timestamp, &mut |bytes| {
                    mac.update(bytes);
                })?;
                if self.signature.matches(given, mac) {
                    return Ok(());
                }
            }
        }
        Err(Denied::Mismatch)
    }

    /// The timestamp as sent, empty if the recipe knows none.
    fn timestamp<'a>(&self, request: &Request<'a>, signature: &'a str, now: DateTime<Utc>) -> Result<&'a str, Denied> {
        let Some(rule) = &self.timestamp else {
            return Ok("");
        };
        let (text, header) = match &rule.source {
            TimestampSource::Header(name) => (text(request, name)?, name.as_str()),
            TimestampSource::SignatureField(name) => {
                let header = self.signature.header.as_str();
                let field = self.signature.field(signature, name);
                let malformed = || Denied::HeaderMalformed { header: header.to_owned() };
                (field.ok_or_else(malformed)?, header)
            }
        };
        rule.check(text, header, now)?;
        Ok(text)
    }
}

impl KeyRule {
    fn decode(&self, name: &str, secret: &str) -> Result<Vec<u8>, Denied> {
        let text = secret.strip_prefix(&self.prefix).unwrap_or(secret);
        let key = match self.encoding {
            KeyEncoding::Raw => Some(text.as_bytes().to_vec()),
            KeyEncoding::Hex => hex::decode(text).ok(),
            KeyEncoding::Base64 => LENIENT_BASE64.decode(text).ok(),
        };
        // An empty key is one that everybody knows.
        key.filter(|key| !key.is_empty()).ok_or_else(|| Denied::SecretMalformed { name: name.to_owned() })
    }
}

/// Keys are cut and pasted: padding may be missing and the last letter may carry spare bits, which
/// the reference implementations of Standard Webhooks accept.
const LENIENT_BASE64: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl SignatureRule {
    fn text<'a>(&self, request: &Request<'a>) -> Result<&'a str, Denied> {
        text(request, &self.header)
    }

    /// Whether one of the signatures in `given` is the right one.
    fn matches(&self, given: &str, mac: Keyed) -> bool {
        let mut buffer = [0; WRITTEN_MAX];
        let expected = mac.written(self.encoding, &mut buffer);
        let is_expected = |found: &str| bool::from(found.as_bytes().ct_eq(expected));
        match &self.shape {
            SignatureShape::Plain { prefix } => given.strip_prefix(prefix.as_str()).is_some_and(is_expected),
            SignatureShape::List { scheme, .. } => {
                self.entries(given).filter(|(name, _)| name == scheme).any(|(_, signature)| is_expected(signature))
            }
        }
    }

    /// The value of a list's entry that must be there exactly once.
    fn field<'a>(&self, given: &'a str, name: &str) -> Option<&'a str> {
        let mut values = self.entries(given).filter(|(found, _)| *found == name);
        let (_, value) = values.next()?;
        values.next().is_none().then_some(value)
    }

    fn entries<'a>(&self, given: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let list = match self.shape {
            SignatureShape::Plain { .. } => None,
            SignatureShape::List { separator, assign, .. } => Some((separator, assign)),
        };
        list.into_iter().flat_map(move |(separator, assign)| {
            given.split(separator).filter_map(move |entry| entry.split_once(assign))
        })
    }
}

fn text<'a>(request: &Request<'a>, name: &HeaderField) -> Result<&'a str, Denied> {
    let bytes = content::header(request, name)?;
    std::str::from_utf8(bytes).map_err(|_| Denied::HeaderMalformed { header: name.as_str().to_owned() })
}

impl BodyHash {
    fn check(&self, request: &Request<'_>) -> Result<(), Denied> {
        let signed = form::single(request.query().as_bytes(), &self.query);
        let actual = hex::encode(Sha256::digest(request.body));
        match signed {
            Some(signed) if bool::from(signed.as_bytes().ct_eq(actual.as_bytes())) => Ok(()),
            _ => Err(Denied::BodyHash),
        }
    }
}

/// Length of the longest written hash: SHA-256 in hexadecimal.
const WRITTEN_MAX: usize = 64;

/// A keyed hash under way.
enum Keyed {
    Sha256(Hmac<Sha256>),
    Sha1(Hmac<Sha1>),
}

impl Keyed {
    fn new(algorithm: Algorithm, key: &[u8]) -> Self {
        const ANY_LENGTH: &str = "HMAC takes keys of any length";
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(Hmac::new_from_slice(key).expect(ANY_LENGTH)),
            Algorithm::Sha1 => Self::Sha1(Hmac::new_from_slice(key).expect(ANY_LENGTH)),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(mac) => mac.update(bytes),
            Self::Sha1(mac) => mac.update(bytes),
        }
    }

    /// The hash in its written form, at the start of `buffer`.
    fn written(self, encoding: Encoding, buffer: &mut [u8; WRITTEN_MAX]) -> &[u8] {
        match self {
            Self::Sha256(mac) => write(&mac.finalize().into_bytes(), encoding, buffer),
            Self::Sha1(mac) => write(&mac.finalize().into_bytes(), encoding, buffer),
        }
    }
}

fn write<'b>(hash: &[u8], encoding: Encoding, buffer: &'b mut [u8; WRITTEN_MAX]) -> &'b [u8] {
    const FITS: &str = "the buffer holds the longest hash";
    let length = match encoding {
        Encoding::Hex => {
            let length = hash.len() * 2;
            hex::encode_to_slice(hash, &mut buffer[..length]).expect(FITS);
            length
        }
        Encoding::Base64 => general_purpose::STANDARD.encode_slice(hash, buffer).expect(FITS),
    };
    &buffer[..length]
}
