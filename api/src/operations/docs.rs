//! `GET /openapi.json`, `GET /docs` and `GET /docs/problems`: what the API offers, readable without a network.

use crate::{openapi, problem::Code};
use axum::response::{Html, IntoResponse, Response};
use http::header;
use std::{fmt::Write, sync::LazyLock};

static DOCUMENT: LazyLock<String> = LazyLock::new(|| openapi::document().to_string());

/// The description of the API, for machines.
pub async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

/// Every kind of problem; their `type` leads here.
pub async fn problems() -> Html<String> {
    let mut rows = String::new();
    for code in Code::ALL {
        let (name, status) = (code.as_str(), code.status().as_u16());
        let (title, meaning) = (escape(code.title()), escape(code.meaning()));
        // Writing to a String cannot fail.
        let _ = write!(rows, "<tr id=\"{name}\"><td><code>{name}</code><td>{status}<td>{title}<td>{meaning}");
    }
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Problems - Signalbox API</title>\
         <style>body{{font:16px/1.5 system-ui;margin:2rem auto;max-width:70rem;padding:0 1rem}}\
         td,th{{text-align:left;vertical-align:top;padding:.4rem .8rem;border-bottom:1px solid #ddd}}\
         tr:target{{background:#fff3c4}}</style>\
         <h1>Problems</h1><p>Failed requests are answered with a body of the type \
         <code>application/problem+json</code> (RFC 9457). Decide by its <code>code</code>.</p>\
         <table><tr><th>Code<th>Status<th>Title<th>Meaning{rows}</table></html>"
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
