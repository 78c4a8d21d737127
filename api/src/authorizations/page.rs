//! What a person reads who comes back from a provider: what happened, and what to do. Without links, scripts and
//! anything that the request said.

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

/// The page has its own style and nothing else.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// What happened.
pub enum Page {
    /// The tokens are there.
    Connected { name: String, is_off: bool },
    /// The person, or the provider in their name, said no.
    Declined,
    /// The provider sent them back without a code.
    NoCode,
    /// Nobody was sent to the provider with this address.
    Unknown,
    /// It was used before.
    Used,
    /// It took too long.
    Expired,
    /// It was begun in another browser.
    OtherBrowser,
    /// Whoever began may not configure connections any more.
    NotAllowed,
    /// The code was not exchanged for tokens.
    Refused { why: String },
    /// The provider could not be asked.
    Unavailable { why: String },
    /// Something failed on our side.
    Failed,
}

impl Page {
    fn status(&self) -> StatusCode {
        match self {
            Self::Connected { .. } => StatusCode::OK,
            Self::Unknown | Self::Used | Self::Expired | Self::NoCode | Self::Refused { .. } => StatusCode::BAD_REQUEST,
            Self::Declined | Self::NotAllowed | Self::OtherBrowser => StatusCode::FORBIDDEN,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::Connected { .. } => "Connected",
            Self::Declined => "Access was not granted",
            Self::Unknown | Self::Used | Self::Expired => "This link is not valid",
            Self::NoCode
            | Self::NotAllowed
            | Self::OtherBrowser
            | Self::Refused { .. }
            | Self::Unavailable { .. }
            | Self::Failed => "The connection was not authorized",
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Connected { name, is_off: true } => {
                format!("“{name}” is authorized. It is switched off, and stays so until somebody switches it on.")
            }
            Self::Connected { name, is_off: false } => {
                format!("“{name}” is connected, and what waited for it goes on. You can close this window.")
            }
            Self::Declined => "The provider says that access was denied. Begin again if that was a mistake.".to_owned(),
            Self::NoCode => "The provider sent you back without a code. Begin again.".to_owned(),
            Self::Unknown => "Nobody was sent to the provider with it. Begin again.".to_owned(),
            Self::Used => "It was used before. Begin again if the connection is not authorized yet.".to_owned(),
            Self::Expired => "It was good for ten minutes. Begin again.".to_owned(),
            Self::OtherBrowser => {
                "It was begun in another browser, or by somebody else. If you want to connect an account of yours, begin \
                 in this browser. If somebody sent you here, do not."
                    .to_owned()
            }
            Self::NotAllowed => "Whoever began this may not configure connections any more.".to_owned(),
            Self::Refused { why } => format!("{why}. Mend that, and begin again."),
            Self::Unavailable { why } => format!("{why}. Begin again in a moment."),
            Self::Failed => "Something failed on our side. Begin again in a moment.".to_owned(),
        }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let (title, text) = (self.title(), escape(&self.text()));
        let body = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title} - Signalbox</title>\
             <style>body{{font:16px/1.5 system-ui;margin:20vh auto;max-width:32rem;padding:0 1rem}}</style>\
             <h1>{title}</h1><p>{text}</p></html>"
        );
        (self.status(), [(header::CONTENT_SECURITY_POLICY, POLICY)], Html(body)).into_response()
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
