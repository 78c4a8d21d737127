//! `GET` and `POST /rate/{token}`: the page behind the link that a customer gets. It works without scripts.

use crate::{problem::Problem, request::Path, state::Api, trace::Trace};
use axum::{
    Extension, Form,
    extract::State,
    response::{Html, IntoResponse, Response},
};
use domain::event::Actor;
use http::{HeaderValue, StatusCode, header};
use inbox::{Answered, Cause, survey_hash};
use serde::Deserialize;
use store::surveys::{self, Way};

/// The page has its own style, sends its form to itself, and nothing else.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);
/// The longest comment.
const LONGEST: usize = 5_000;
const FORM: &str = r#"<form method="post"><fieldset><legend>How did we do?</legend>
<label><input type="radio" name="rating" value="5" required> 5, great</label>
<label><input type="radio" name="rating" value="4"> 4</label>
<label><input type="radio" name="rating" value="3"> 3</label>
<label><input type="radio" name="rating" value="2"> 2</label>
<label><input type="radio" name="rating" value="1"> 1, bad</label></fieldset>
<p><label>What could be better?<br><textarea name="comment" rows="4" maxlength="5000"></textarea></label></p>
<p><button>Send</button></p></form>"#;

/// What the form sends.
#[derive(Deserialize)]
pub struct Answer {
    rating: i16,
    #[serde(default)]
    comment: String,
}

/// Shows the form, as long as an answer counts. Looking changes nothing: mail programs follow links, too.
pub async fn show(State(api): State<Api>, Path(token): Path<String>) -> Result<Response, Problem> {
    let Some((tenant, id)) = surveys::find(api.database.pool(), &survey_hash(&token)).await? else {
        return Ok(page(StatusCode::NOT_FOUND, "This link is not valid", ""));
    };
    let mut tx = api.database.begin(tenant).await?;
    Ok(match surveys::lock(&mut tx, tenant, id).await? {
        Some(survey) if survey.answered_at.is_some() => thanks(Answered::Before),
        Some(survey) if survey.expires_at > api.now() => page(StatusCode::OK, "Your opinion", FORM),
        _ => thanks(Answered::TooLate),
    })
}

/// Takes the answer, once.
pub async fn answer(
    State(api): State<Api>,
    Path(token): Path<String>,
    Extension(trace): Extension<Trace>,
    Form(answer): Form<Answer>,
) -> Result<Response, Problem> {
    if !(1..=5).contains(&answer.rating) || answer.comment.chars().count() > LONGEST {
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, "Choose a number from 1 to 5", FORM));
    }
    let Some((tenant, id)) = surveys::find(api.database.pool(), &survey_hash(&token)).await? else {
        return Ok(page(StatusCode::NOT_FOUND, "This link is not valid", ""));
    };
    let comment = Some(answer.comment.trim().to_owned()).filter(|comment| !comment.is_empty());
    let cause = Cause::of(Actor::Contact, Some(trace.trace_id().to_owned()));
    let mut change = api.inbox.begin(tenant, cause).await?;
    let answered = change.rate(id, answer.rating, comment, Way::Link).await?;
    change.commit().await?;
    Ok(thanks(answered))
}

fn thanks(answered: Answered) -> Response {
    match answered {
        Answered::Now => page(StatusCode::OK, "Thank you", "<p>You can close this window.</p>"),
        Answered::Before => page(StatusCode::CONFLICT, "You have answered before", "<p>Your first answer counts.</p>"),
        Answered::TooLate => page(StatusCode::GONE, "It is too late", "<p>The question is not open any more.</p>"),
    }
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\"><title>{title}</title><style>\
         body{{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1.5rem}}\
         label{{display:block}}textarea{{width:100%}}</style><h1>{title}</h1>{body}</html>"
    );
    let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::REFERRER_POLICY, NO_REFERRER)];
    (status, headers, Html(html)).into_response()
}

/// The address is the secret: no other site is told.
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
