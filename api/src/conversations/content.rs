//! What people send: in the words that every plugin knows, or in richer ones.

use crate::{endpoints, plugins, problem::Problem, request::read_part, state::Api};
use domain::rich::{Component, Kind, Rich};
use inbox::Say;
use manifest::GeneratedSchema;
use plugin_sdk::{OutboundContent, outbound::MediaSource};
use serde_json::Value;
use sqlx::PgConnection;
use std::{collections::BTreeMap, sync::LazyLock};
use store::connections;

/// Where the content stands in a body.
const AT: &str = "/content";

/// The schemas of rich messages, but for their `type`.
static SCHEMAS: LazyLock<BTreeMap<Kind, GeneratedSchema>> =
    LazyLock::new(|| Kind::ALL.iter().map(|kind| (*kind, GeneratedSchema::new(&kind.schema().to_value()))).collect());

/// The content of a message to a customer.
#[derive(Debug)]
pub enum Said {
    /// In the words that every plugin knows.
    Plain(OutboundContent),
    /// In richer ones.
    Rich(Rich),
}

impl Said {
    /// Reads what stands at `/content` of a body, and refuses what can be seen to be wrong without the provider.
    pub fn read(content: &Value) -> Result<Self, Problem> {
        let kind = content.get("type").and_then(Value::as_str).and_then(|kind| kind.parse().ok());
        if let Some(kind) = kind {
            return rich(kind, content).map(Self::Rich);
        }
        let plain = read_part(content, AT)?;
        check(&plain)?;
        Ok(Self::Plain(plain))
    }

    /// Refuses a component that no plugin of the tenant describes, or describes otherwise.
    pub async fn check_component(&self, api: &Api, conn: &mut PgConnection) -> Result<(), Problem> {
        match self {
            Self::Rich(Rich::Component(component)) => check_component(api, conn, component).await,
            Self::Rich(_) | Self::Plain(_) => Ok(()),
        }
    }

    /// As it is sent.
    pub fn say(&self) -> Say<'_> {
        match self {
            Self::Plain(content) => content.into(),
            Self::Rich(rich) => rich.into(),
        }
    }
}

fn rich(kind: Kind, content: &Value) -> Result<Rich, Problem> {
    let mut fields = content.clone();
    if let Some(fields) = fields.as_object_mut() {
        fields.remove("type");
    }
    let errors = SCHEMAS[&kind].check(&fields);
    if !errors.is_empty() {
        return Err(endpoints::invalid(errors, AT));
    }
    let rich: Rich = read_part(content, AT)?;
    match rich.repeated_choice() {
        Some(place) => {
            let list = if kind == Kind::Survey { "answers" } else { "replies" };
            let pointer = format!("{AT}/{list}/{place}/id");
            Err(Problem::field(pointer, "repeated", "is the id of another one, too"))
        }
        None => Ok(rich),
    }
}

async fn check_component(api: &Api, conn: &mut PgConnection, component: &Component) -> Result<(), Problem> {
    let unknown = || {
        let what = "is not a component of a plugin that this tenant has an active connection of";
        Problem::field("/content/component", "unknown_component", what)
    };
    let (plugin, name) = component.component.split_once('.').ok_or_else(unknown)?;
    let connections = connections::active_of_plugin(conn, plugin, 1).await?;
    let connection = connections.first().ok_or_else(unknown)?;
    let compiled = plugins::installed(api, conn, plugin, &connection.plugin_version).await?;
    let described = compiled.manifest.component(name).ok_or_else(unknown)?;
    let errors = described.data_schema().map_err(Problem::internal)?.check(&Value::Object(component.data.clone()));
    if errors.is_empty() { Ok(()) } else { Err(endpoints::invalid(errors, "/content/data")) }
}

/// What can be seen to be wrong without the provider.
fn check(content: &OutboundContent) -> Result<(), Problem> {
    let empty = |pointer: &str| Problem::field(pointer, "too_short", "must not be empty");
    match content {
        OutboundContent::Text { text, .. } if text.trim().is_empty() => Err(empty("/content/text")),
        OutboundContent::Template { name, .. } if name.is_empty() => Err(empty("/content/name")),
        OutboundContent::Template { language, .. } if language.is_empty() => Err(empty("/content/language")),
        OutboundContent::Interactive { interactive: Value::Object(_) } => Ok(()),
        OutboundContent::Interactive { .. } => Err(Problem::field("/content/interactive", "type", "must be an object")),
        OutboundContent::Image { source, .. }
        | OutboundContent::Video { source, .. }
        | OutboundContent::Audio { source }
        | OutboundContent::Document { source, .. }
        | OutboundContent::Sticker { source } => check_source(source),
        _ => Ok(()),
    }
}

fn check_source(source: &MediaSource) -> Result<(), Problem> {
    match (&source.link, &source.media_id) {
        (Some(link), None) => {
            let is_https = url::Url::parse(link).is_ok_and(|url| url.scheme() == "https" && url.has_host());
            if is_https { Ok(()) } else { Err(Problem::field("/content/link", "url", "must be an https address")) }
        }
        (None, Some(id)) if !id.is_empty() => Ok(()),
        _ => Err(Problem::field("/content", "media", "needs either `link` or `media_id`")),
    }
}

#[cfg(test)]
mod tests {
    use super::Said;
    use serde_json::json;

    #[test]
    fn what_no_provider_takes_is_refused_at_once() {
        for (content, good) in [
            (json!({"type": "text", "text": "hello"}), true),
            (json!({"type": "text", "text": "  "}), false),
            (json!({"type": "image", "link": "https://example.com/a.png"}), true),
            (json!({"type": "image", "link": "http://example.com/a.png"}), false),
            (json!({"type": "image", "link": "https://example.com/a.png", "media_id": "1"}), false),
            (json!({"type": "image"}), false),
            (json!({"type": "document", "media_id": "1"}), true),
            (json!({"type": "template", "name": "a", "language": "", "components": []}), false),
            (json!({"type": "interactive", "interactive": {}}), true),
            (json!({"type": "interactive", "interactive": 1}), false),
        ] {
            assert_eq!(Said::read(&content).is_ok(), good, "{content}");
        }
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let choice = |id: &str, title: &str| json!({ "id": id, "title": title });
        for (content, pointer) in [
            (json!({ "type": "text", "text": 7 }), "/content/text"),
            (json!({ "type": "song" }), "/content/type"),
            (json!({ "type": "card" }), "/content/title"),
            (json!({ "type": "card", "title": "" }), "/content/title"),
            (json!({ "type": "card", "title": "Lamp", "color": "red" }), "/content/color"),
            (
                json!({ "type": "card", "title": "Lamp", "image": { "url": "http://x.example/1", "alt": "A lamp" } }),
                "/content/image/url",
            ),
            (
                json!({ "type": "card", "title": "Lamp", "image": { "url": "https://x.example/1" } }),
                "/content/image/alt",
            ),
            (
                json!({ "type": "product", "title": "Lamp", "price": { "amount": "9,50", "currency": "EUR" } }),
                "/content/price/amount",
            ),
            (json!({ "type": "survey", "question": "Well?", "answers": [choice("1", "Bad")] }), "/content/answers"),
            (
                json!({ "type": "quick_replies", "text": "Who?", "replies": [choice("a", "A"), choice("b", "")] }),
                "/content/replies/1/title",
            ),
            (
                json!({ "type": "quick_replies", "text": "Who?", "replies": [choice("a", "A"), choice("a", "B")] }),
                "/content/replies/1/id",
            ),
            (json!({ "type": "component", "component": "order", "text": "x" }), "/content/component"),
        ] {
            let problem = format!("{:?}", Said::read(&content).unwrap_err());
            assert!(problem.contains(&format!("{pointer:?}")), "{content}: {problem}");
        }
    }
}
