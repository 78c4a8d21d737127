//! What a message says.

use domain::rich::Rich;
use plugin_sdk::{Content, OutboundContent};
use serde_json::{Value, json};

/// What a message to a customer says.
#[derive(Clone, Copy, Debug)]
pub enum Say<'a> {
    /// In the words that every plugin knows.
    Plain(&'a OutboundContent),
    /// In richer ones, which a channel may lack: it gets text then.
    Rich(&'a Rich),
}

impl<'a> From<&'a OutboundContent> for Say<'a> {
    fn from(content: &'a OutboundContent) -> Self {
        Self::Plain(content)
    }
}

impl<'a> From<&'a Rich> for Say<'a> {
    fn from(rich: &'a Rich) -> Self {
        Self::Rich(rich)
    }
}

impl Say<'_> {
    /// The `type` it has in JSON.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Plain(content) => content.type_name(),
            Self::Rich(rich) => rich.kind().as_str(),
        }
    }

    /// Its beginning, for lists. `None`: it is no message.
    pub(crate) fn preview(self) -> Option<String> {
        let shown = match self {
            Self::Plain(content) => content.to_content()?,
            Self::Rich(rich) => Content::Text { text: rich.text() },
        };
        Some(shown.preview())
    }

    /// As it is stored.
    pub(crate) fn stored(self) -> Value {
        match self {
            Self::Plain(content) => json!(content),
            Self::Rich(rich) => json!(rich),
        }
    }
}
