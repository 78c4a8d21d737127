//! Why a manifest, a recipe or a schema is refused, and where in it.

use std::fmt;

use thiserror::Error;

/// Most reasons that are told at once; a manifest with more has a deeper problem.
const REASONS_MAX: usize = 100;

/// A manifest, recipe or schema that cannot be used, with everything that is wrong with it. Shown to plugin authors and
/// admins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestError(Vec<Reason>);

/// One reason why it cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Reason {
    /// The file is larger than any real manifest.
    #[error("the manifest is larger than {limit} bytes")]
    TooLarge {
        /// Largest accepted size in bytes.
        limit: usize,
    },
    /// Not JSON, or not in the shape of a manifest.
    #[error("at `{pointer}`: {message}")]
    Shape {
        /// JSON pointer to the value that has the wrong shape; empty for the whole document.
        pointer: String,
        /// What the parser expected.
        message: String,
    },
    /// In the right shape, but one of its values cannot be honoured.
    #[error("at `{pointer}`: {fault}")]
    Invalid {
        /// JSON pointer to the value at fault.
        pointer: String,
        /// What is wrong with it.
        fault: Fault,
    },
}

impl ManifestError {
    pub(crate) fn invalid(pointer: impl Into<String>, fault: Fault) -> Self {
        Self::of(Reason::Invalid { pointer: pointer.into(), fault })
    }

    pub(crate) fn of(reason: Reason) -> Self {
        Self(vec![reason])
    }

    /// The reasons, at least one, in the order of the checks.
    pub fn reasons(&self) -> &[Reason] {
        &self.0
    }

    /// The same error in a document that holds the faulty one at `prefix`.
    pub(crate) fn below(self, prefix: &str) -> Self {
        Self(self.0.into_iter().map(|reason| reason.below(prefix)).collect())
    }
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told: Vec<String> = self.0.iter().map(Reason::to_string).collect();
        f.write_str(&told.join("; "))
    }
}

impl std::error::Error for ManifestError {}

impl Reason {
    /// The JSON pointer at fault; empty for the whole document.
    pub fn pointer(&self) -> &str {
        match self {
            Self::TooLarge { .. } => "",
            Self::Shape { pointer, .. } | Self::Invalid { pointer, .. } => pointer,
        }
    }

    /// What is wrong there, without saying where.
    pub fn message(&self) -> String {
        match self {
            Self::TooLarge { .. } => self.to_string(),
            Self::Shape { message, .. } => message.clone(),
            Self::Invalid { fault, .. } => fault.to_string(),
        }
    }

    /// What kind of reason, stable for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::Shape { .. } => "shape",
            Self::Invalid { .. } => "manifest",
        }
    }

    fn below(self, prefix: &str) -> Self {
        match self {
            Self::TooLarge { limit } => Self::TooLarge { limit },
            Self::Shape { pointer, message } => Self::Shape { pointer: format!("{prefix}{pointer}"), message },
            Self::Invalid { pointer, fault } => Self::Invalid { pointer: format!("{prefix}{pointer}"), fault },
        }
    }
}

/// Gathers what is wrong, so that an author reads all of it at once instead of mending fault by fault.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Reason>);

impl Findings {
    /// Something is wrong at `pointer`.
    pub fn fault(&mut self, pointer: impl Into<String>, fault: Fault) {
        self.0.push(Reason::Invalid { pointer: pointer.into(), fault });
    }

    /// Keeps what was found wrong, and gives what was found right.
    pub fn note<T>(&mut self, result: Result<T, ManifestError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.0.extend(error.0);
                None
            }
        }
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `Ok` if nothing is wrong.
    pub fn result(self) -> Result<(), ManifestError> {
        if self.0.is_empty() { Ok(()) } else { Err(self.error()) }
    }

    /// The value, if nothing is wrong with it. There is none only where a note says why.
    pub fn with<T>(self, value: Option<T>) -> Result<T, ManifestError> {
        match value {
            Some(value) if self.is_empty() => Ok(value),
            _ => Err(self.error()),
        }
    }

    /// What is wrong; something is.
    pub fn error(mut self) -> ManifestError {
        self.0.truncate(REASONS_MAX);
        ManifestError(self.0)
    }
}

/// What is wrong with one value of a manifest, recipe or schema.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    // Manifest
    #[error("an id is 2 to 63 lower-case letters, digits and hyphens, starting with a letter")]
    Id,
    #[error("must have {min} to {limit} characters")]
    Text { min: usize, limit: usize },
    #[error("a version is three numbers with dots, optionally followed by a pre-release")]
    Version,
    #[error("this host speaks plugin API version {supported}")]
    Api { supported: &'static str },
    #[error("must not be empty")]
    Empty,
    #[error("is named twice")]
    Repeated,
    #[error("needs the interface `{interface}`")]
    InterfaceMissing { interface: &'static str },
    #[error("must be between 1 and {limit}")]
    Limit { limit: u64 },
    #[error("must be between {min} and {limit}")]
    Range { min: u32, limit: u32 },
    #[error("`{name}` is no plain string setting")]
    AccountSetting { name: String },
    #[error("the label `{label}` is no plain string setting")]
    HostLabel { label: String },
    #[error("the host is not among the egress rules")]
    HostNotInEgress,
    #[error("the host decides about the header `{name}`")]
    HeaderReserved { name: String },
    #[error("not a header name or value that can be sent")]
    Header,
    #[error("not a placeholder such as `{{token}}`")]
    Placeholder,
    #[error("not a JSON pointer without wildcards")]
    BodyPointer,
    #[error("a name is lower-case letters, digits, `_` and `.`, starting with a letter")]
    Name,
    #[error("no other action of this name makes drafts")]
    NoDraft,
    #[error("no secret field of `{schema}` has this name")]
    SecretWithoutField { schema: &'static str },
    #[error("the secret field `{name}` is not declared among the secrets")]
    FieldWithoutSecret { name: String },

    // OAuth
    #[error("the access token is a secret with the scope `connection` that is no field of the settings")]
    OauthAccessToken,
    #[error("`{name}` is no plain string field there")]
    OauthSetting { name: String },
    #[error("no secret that somebody enters is called `{name}`")]
    OauthSecret { name: String },
    #[error("client credentials need a client secret")]
    OauthClientSecret,
    #[error("the parameter `{name}` is the host's to set")]
    OauthParameter { name: String },
    #[error("a scope is visible ASCII without quotation mark, backslash and separator")]
    OauthScope,

    // Recipe
    #[error("the secret `{name}` is not declared with the scope `endpoint`")]
    RecipeSecret { name: String },
    #[error("a signature that covers neither body nor URL nor header proves nothing")]
    NothingSigned,
    #[error("the content names a timestamp, but no timestamp rule says where it is")]
    TimestampMissing,
    #[error("a timestamp that is not part of the signed content can be forged")]
    TimestampUnsigned,
    #[error("a timestamp field needs a signature list")]
    TimestampField,
    #[error("separator and assignment of a signature list must differ")]
    SignatureList,
    #[error("a body hash proves nothing unless the URL that holds it is signed")]
    BodyHashUnsigned,
    #[error("only ASCII characters can be decoded in a URL")]
    UrlDecode,
    #[error("must be a wildcard pointer ending in `/*`")]
    Each,
    #[error("the wildcard pointer needs a JSON body")]
    EachFormat,
    #[error("this place cannot hold {what}")]
    PlaceUse { what: &'static str },
    #[error("this place needs another body format")]
    PlaceFormat,
    #[error("the method must be upper-case letters")]
    Method,
    #[error("a handshake needs a condition or a token, or it would answer every request")]
    HandshakeOpen,
    #[error("an acknowledgement is a 2xx status")]
    AckStatus,
    #[error("at most {limit} entries")]
    TooMany { limit: usize },

    // Schema
    #[error("a schema is an object")]
    SchemaShape,
    #[error("the schema must describe an object")]
    SchemaRoot,
    #[error("the schema is larger than {limit} bytes")]
    SchemaSize { limit: usize },
    #[error("schemas nest more than {limit} deep")]
    SchemaDepth { limit: usize },
    #[error("the schema unfolds to more than {limit} parts")]
    SchemaParts { limit: usize },
    #[error("unknown keyword `{keyword}`")]
    Keyword { keyword: String },
    #[error("unknown hint `{hint}`")]
    Hint { hint: String },
    #[error("this hint must be {expected}")]
    HintShape { expected: &'static str },
    #[error("only draft-07 schemas are understood")]
    Draft,
    #[error("the format `{format}` is unknown, so nothing would check it")]
    Format { format: String },
    #[error("a reference must be `#/definitions/…` and exist in this schema")]
    Reference,
    #[error("the reference leads back to itself")]
    ReferenceCycle,
    #[error("the schema does not compile: {message}")]
    SchemaCompile { message: String },
    #[error("the default does not match its own schema")]
    Default,
    #[error("a secret must be a string property reached through `properties` alone")]
    SecretPlace,
    #[error("a secret can have no default, example or listed value")]
    SecretValue,
    #[error("a secret is marked by `x-secret`, or by `writeOnly` with the format `password`")]
    SecretMark,
    #[error("data of an action or event holds no secrets")]
    SecretUnexpected,
}
