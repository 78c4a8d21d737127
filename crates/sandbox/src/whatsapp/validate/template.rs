//! Template sends: the template must exist and its parameters must fit it.

use super::Account;
use super::fields::Fields;
use super::plain::source;
use crate::whatsapp::graph_error::GraphError;
use crate::whatsapp::templates::{Component, ParameterFormat, Template, TemplateStatus, placeholders};

/// Checks the send and answers the template's category.
pub(super) fn check(body: &Fields<'_>, account: &dyn Account) -> Result<String, GraphError> {
    let sent = body.object("template")?;
    sent.only(&["name", "language", "components", "namespace"])?;
    let name = sent.text("name", 512)?;
    let language = sent.object("language")?.text("code", 15)?;
    let template = account.template(name, language).ok_or_else(|| GraphError::unknown_template(name, language))?;
    match template.status {
        TemplateStatus::Approved => {}
        TemplateStatus::Paused => return Err(GraphError::template_paused()),
        TemplateStatus::Disabled => return Err(GraphError::template_disabled()),
        TemplateStatus::Pending | TemplateStatus::Rejected => {
            return Err(GraphError::unknown_template(name, language));
        }
    }

    let components = sent.optional_objects("components")?;
    for component in &components {
        component.one_of("type", &["header", "body", "button"])?;
    }
    for expected in &template.components {
        match expected {
            Component::Header { format, text } => {
                header(&components, &template, format, text.as_deref(), account)?;
            }
            Component::Body { text } => texts(find(&components, "body"), &template, "body", text)?,
            Component::Footer { .. } => {}
            Component::Buttons { buttons } => {
                for (index, button) in buttons.iter().enumerate() {
                    let url = button.url.as_deref().unwrap_or_default();
                    if !placeholders(url).is_empty() {
                        link_parameter(&components, index)?;
                    }
                }
            }
        }
    }
    Ok(template.category)
}

fn find<'f, 'a>(components: &'f [Fields<'a>], kind: &str) -> Option<&'f Fields<'a>> {
    components
        .iter()
        .find(|component| component.get("type").and_then(|v| v.as_str()).is_some_and(|v| v.eq_ignore_ascii_case(kind)))
}

fn header(
    components: &[Fields<'_>],
    template: &Template,
    format: &str,
    text: Option<&str>,
    account: &dyn Account,
) -> Result<(), GraphError> {
    let sent = find(components, "header");
    if format == "TEXT" {
        return texts(sent, template, "header", text.unwrap_or_default());
    }
    let mismatch = |received: &str| {
        let details = format!("header: Format mismatch, expected {format}, received {received}");
        GraphError::parameter_format(details)
    };
    let parameters = match sent {
        Some(sent) => sent.optional_objects("parameters")?,
        None => Vec::new(),
    };
    let [parameter] = parameters.as_slice() else {
        return Err(mismatch("UNKNOWN"));
    };
    let received = parameter.text("type", 64)?.to_uppercase();
    if received != format {
        return Err(mismatch(&received));
    }
    let value = parameter.object(&format.to_lowercase())?;
    if format == "LOCATION" { Ok(()) } else { source(&value, account) }
}

/// The text parameters of a header or body.
fn texts(sent: Option<&Fields<'_>>, template: &Template, component: &str, text: &str) -> Result<(), GraphError> {
    let expected = placeholders(text);
    let parameters = match sent {
        Some(sent) => sent.optional_objects("parameters")?,
        None => Vec::new(),
    };
    if parameters.len() != expected.len() {
        return Err(GraphError::parameter_count(component, parameters.len(), expected.len()));
    }
    for parameter in &parameters {
        let kind = parameter.one_of("type", &["text", "currency", "date_time"])?;
        if kind != "text" {
            parameter.object(&kind)?.text("fallback_value", usize::MAX)?;
        } else if parameter.optional_text("text", usize::MAX)?.unwrap_or_default().is_empty() {
            return Err(GraphError::invalid_parameter(
                "Parameter 'text' is mandatory for component parameter type 'text'",
            ));
        }
        if template.parameter_format == ParameterFormat::Named {
            let name = parameter.optional_text("parameter_name", usize::MAX)?.unwrap_or_default();
            if !expected.contains(&name) {
                let details = format!("{component}: Parameter name is missing or empty");
                return Err(GraphError::invalid_parameter(details));
            }
        }
    }
    Ok(())
}

/// A link button with a placeholder needs its parameter; `index` may be a number or a text.
fn link_parameter(components: &[Fields<'_>], index: usize) -> Result<(), GraphError> {
    let missing =
        || GraphError::missing_value(format!("buttons: Button at index {index} of type Url requires a parameter"));
    let button = components
        .iter()
        .find(|component| {
            let at = component.get("index");
            let at = at.and_then(|v| v.as_u64().or_else(|| v.as_str()?.parse().ok()));
            at == Some(index as u64)
                && component.get("sub_type").and_then(|v| v.as_str()).is_some_and(|v| v.eq_ignore_ascii_case("url"))
        })
        .ok_or_else(missing)?;
    let parameters = button.optional_objects("parameters")?;
    let parameter = parameters.first().ok_or_else(missing)?;
    parameter.text("text", usize::MAX).map(|_| ()).map_err(|_| missing())
}
