//! The action `list_templates`: what may be sent when the reply window is closed.

use plugin_sdk::http::Http;
use plugin_sdk::{PluginError, log};
use serde_json::{Value, json};

use crate::settings::Settings;
use crate::{graph, json};

const PAGE: usize = 100;
/// A business account may hold 6,000 templates; nobody chooses among more than this.
const MAX_PAGES: usize = 20;

/// The templates of the business account as `[{name, language, status, category, components,
/// body}]`; `input.status`, for example `APPROVED`, keeps only those.
pub fn list(settings: &Settings, http: &dyn Http, input: &Value) -> Result<Value, PluginError> {
    let Some(waba_id) = settings.waba_id() else {
        return Err(PluginError::invalid_config("set the WhatsApp Business Account ID to use templates"));
    };
    let first = graph::url(
        &settings.api_version,
        &format!("{waba_id}/message_templates?fields=name,language,status,category,components&limit={PAGE}"),
    );
    let wanted = json::text(input, "status");
    let mut templates = Vec::new();
    let mut url = first.clone();
    for _ in 0..MAX_PAGES {
        let page = graph::get(http, url)?;
        let items = page.get("data").and_then(Value::as_array);
        templates.extend(
            items
                .into_iter()
                .flatten()
                .map(normalized)
                .filter(|template| wanted.is_none() || json::text(template, "status") == wanted),
        );
        match next_page(&page) {
            Some(after) => url = format!("{first}&after={after}"),
            None => return Ok(Value::Array(templates)),
        }
    }
    log::warn("the business account has more templates than are listed");
    Ok(Value::Array(templates))
}

fn normalized(template: &Value) -> Value {
    let components = template.get("components").cloned().unwrap_or(json!([]));
    json!({
        "name": template.get("name"),
        "language": template.get("language"),
        "status": template.get("status"),
        "category": template.get("category"),
        "body": body(&components),
        "components": components,
    })
}

fn body(components: &Value) -> Option<String> {
    components
        .as_array()?
        .iter()
        .find(|component| json::text(component, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("BODY")))
        .and_then(|component| json::text(component, "text"))
}

/// The cursor of the next page. `paging.next` only says that there is one: it is a whole address
/// with the access token in it, and is not followed.
fn next_page(page: &Value) -> Option<String> {
    page.pointer("/paging/next")?;
    let cursor = page.pointer("/paging/cursors/after")?.as_str()?;
    Some(percent_encoded(cursor))
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for nibble in [byte >> 4, byte & 15] {
                encoded.extend(char::from_digit(nibble.into(), 16).map(|digit| digit.to_ascii_uppercase()));
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use plugin_sdk::testing::MockHost;
    use plugin_sdk::{ErrorKind, PluginError};
    use serde_json::{Value, json};

    use super::{MAX_PAGES, list};
    use crate::settings::Settings;

    fn settings(waba_id: Option<&str>) -> Settings {
        Settings {
            phone_number_id: "1".to_owned(),
            waba_id: waba_id.map(str::to_owned),
            api_version: "v26.0".to_owned(),
        }
    }

    fn page(name: &str, status: &str, next: Option<&str>) -> Value {
        let mut page = json!({"data": [{
            "name": name, "language": "en_US", "status": status, "category": "UTILITY", "id": "1",
            "components": [{"type": "HEADER", "format": "TEXT", "text": "H"}, {"type": "BODY", "text": "Hi {{1}}"}],
        }], "paging": {"cursors": {"before": "a", "after": next.unwrap_or("z")}}});
        if let Some(next) = next {
            page["paging"]["next"] = json!(format!("https://graph.facebook.com/x?access_token=T&after={next}"));
        }
        page
    }

    #[test]
    fn pages_are_followed_by_cursor_and_templates_normalized() {
        let http =
            MockHost::new().json(200, &page("one", "APPROVED", Some("Qg=="))).json(200, &page("two", "REJECTED", None));
        let templates = list(&settings(Some("77")), &http, &json!({})).unwrap();
        assert_eq!(
            templates[0],
            json!({
                "name": "one", "language": "en_US", "status": "APPROVED", "category": "UTILITY", "body": "Hi {{1}}",
                "components": [{"type": "HEADER", "format": "TEXT", "text": "H"}, {"type": "BODY", "text": "Hi {{1}}"}],
            })
        );
        assert_eq!(templates[1]["name"], "two");
        let urls: Vec<String> = http.requests().into_iter().map(|request| request.url).collect();
        assert_eq!(
            urls,
            [
                "https://graph.facebook.com/v26.0/77/message_templates?fields=name,language,status,category,components&limit=100",
                "https://graph.facebook.com/v26.0/77/message_templates?fields=name,language,status,category,components&limit=100&after=Qg%3D%3D",
            ]
        );
    }

    #[test]
    fn a_status_chooses() {
        let http =
            MockHost::new().json(200, &page("one", "APPROVED", Some("b"))).json(200, &page("two", "REJECTED", None));
        let templates = list(&settings(Some("77")), &http, &json!({"status": "APPROVED"})).unwrap();
        assert_eq!(templates.as_array().unwrap().len(), 1);
    }

    #[test]
    fn endless_pages_end() {
        let http = (0..MAX_PAGES).fold(MockHost::new(), |http, _| http.json(200, &page("one", "APPROVED", Some("b"))));
        let templates = list(&settings(Some("77")), &http, &json!({})).unwrap();
        assert_eq!(templates.as_array().unwrap().len(), MAX_PAGES);
    }

    #[test]
    fn without_a_business_account_there_are_none() {
        let error: PluginError = list(&settings(None), &MockHost::new(), &json!({})).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidConfig);
    }
}
