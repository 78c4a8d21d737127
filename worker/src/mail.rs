//! E-mails, and the server they leave by.

mod letters;

pub use letters::{invitation, password_reset};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MultiPart, SinglePart, header},
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use queue::JobError;
use std::time::Duration;

/// How long the server may take for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the mail server is, and who speaks with it.
pub struct Server {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether the way to it is encrypted.
    pub encryption: Encryption,
    /// A user and their password, if somebody has to sign in.
    pub credentials: Option<(String, String)>,
    /// Who the e-mails are from.
    pub from: String,
    /// What links begin with, without a slash at the end.
    pub base_url: String,
}

/// How the way to the server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// From the first byte on.
    Tls,
    /// After asking for it; a server that does not offer it is refused.
    Starttls,
    /// Not at all.
    None,
}

/// Sends e-mails.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    base_url: String,
}

/// An e-mail that says the same twice, as plain text and as HTML.
#[derive(Debug, PartialEq, Eq)]
pub struct Letter {
    /// What it is about.
    pub subject: String,
    /// For programs that show text.
    pub text: String,
    /// For those that show HTML.
    pub html: String,
}

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MailerError {
    /// No address to send from.
    #[error("`mail.from` is not an e-mail address")]
    From(#[from] lettre::address::AddressError),
    /// No encryption.
    #[error("the way to the mail server cannot be encrypted")]
    Tls(#[from] lettre::transport::smtp::Error),
}

/// An e-mail did not leave. Says nothing of whom it was for, or what it said.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// What the person has as an address is none.
    #[error("the address is not one that e-mail can be sent to")]
    Address,
    /// The letter cannot be written down.
    #[error("the e-mail cannot be put together")]
    Letter,
    /// The server refuses it for good.
    #[error("the mail server refuses the e-mail{0}")]
    Refused(Answer),
    /// The server is away, or refuses for now.
    #[error("the mail server cannot be reached, or takes no e-mail now{0}")]
    Unavailable(Answer),
}

/// What the server answered, by its number: its words may name the person.
#[derive(Debug)]
pub struct Answer(Option<String>);

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.as_ref().map_or(Ok(()), |code| write!(f, ": it answered {code}"))
    }
}

impl From<SendError> for JobError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Unavailable(_) => Self::retry(error),
            SendError::Address | SendError::Letter | SendError::Refused(_) => Self::fail(error),
        }
    }
}

impl Mailer {
    /// Reaches the server when there is something to send.
    pub fn new(server: Server) -> Result<Self, MailerError> {
        let tls = match server.encryption {
            Encryption::Tls => Tls::Wrapper(TlsParameters::new(server.host.clone())?),
            Encryption::Starttls => Tls::Required(TlsParameters::new(server.host.clone())?),
            Encryption::None => Tls::None,
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host)
            .port(server.port)
            .tls(tls)
            .timeout(Some(PATIENCE));
        if let Some((user, password)) = server.credentials {
            transport = transport.credentials(Credentials::new(user, password));
        }
        Ok(Self { transport: transport.build(), from: server.from.parse()?, base_url: server.base_url })
    }

    /// The address of a page of ours. What a link must not tell a server stands behind `#`, which browsers keep.
    pub fn link(&self, page: &str, token: &str) -> String {
        format!("{}/{page}#token={token}", self.base_url)
    }

    /// Sends a letter to somebody. Returns once the server has taken it.
    pub async fn send(&self, to: &str, name: Option<&str>, letter: Letter) -> Result<(), SendError> {
        let address = to.parse().map_err(|_| SendError::Address)?;
        let to = Mailbox::new(name.map(str::to_owned), address);
        let text = SinglePart::builder().header(header::ContentType::TEXT_PLAIN).body(letter.text);
        let html = SinglePart::builder().header(header::ContentType::TEXT_HTML).body(letter.html);
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject)
            // Nobody's absence note is to answer it (RFC 3834).
            .header(AutoSubmitted)
            .multipart(MultiPart::alternative().singlepart(text).singlepart(html))
            .map_err(|_| SendError::Letter)?;
        let sent = self.transport.send(message).await;
        sent.map(drop).map_err(|error| {
            let answer = Answer(error.status().map(|code| code.to_string()));
            if error.is_permanent() { SendError::Refused(answer) } else { SendError::Unavailable(answer) }
        })
    }
}

#[derive(Clone)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
