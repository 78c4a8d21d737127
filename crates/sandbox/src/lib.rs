//! Honest simulators of provider APIs on loopback.
//!
//! They check what they are sent as the real ones would, answer in their forms, enforce their limits and report with
//! signed webhooks that they retry. The WhatsApp Cloud API can play customers, replay recorded sessions and misbehave on
//! demand; a [Shopify](shopify) shop and a [HubSpot](hubspot) account hold invented records, and their tokens end.
//!
//! One server stands for all of them: a request is for the provider that its `Host` names ([`HOSTS`]) or, where it
//! names the server itself, that its path fits.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use signalbox_sandbox::{App, Config, Number, Sandbox, traffic::{Customer, Inbound}};
//!
//! let app = App {
//!     id: "app".into(),
//!     app_secret: "app-secret".into(),
//!     callback_url: Some("http://127.0.0.1:8080/hooks/whatsapp".parse()?),
//!     numbers: vec![Number {
//!         phone_number_id: "106540352242922".into(),
//!         waba_id: "419561257915477".into(),
//!         display_phone_number: "15550783881".into(),
//!         verified_name: "Lamp Shop".into(),
//!         access_token: "token".into(),
//!     }],
//! };
//! let sandbox = Sandbox::bind("127.0.0.1:0".parse()?, Config::new(vec![app])).await?;
//! let ada = Customer::with_phone("4915155512345", "Ada");
//! let played = sandbox.play("106540352242922", Inbound::text(ada, "Hello")).await?;
//! assert_eq!(played.status, Some(200));
//! sandbox.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! # The Graph API
//!
//! | route | |
//! |---|---|
//! | `POST /{version}/{phone_number_id}/messages` | send a message, or mark one as read |
//! | `GET /{version}/{phone_number_id}` | the number, `fields` selects |
//! | `GET /{version}/{waba_id}` | the account |
//! | `GET /{version}/{waba_id}/message_templates` | templates, `limit` and `after` page, `name`, `status` and `language` select |
//! | `GET /{version}/{media_id}` | an attachment's metadata; its `url` serves the bytes |
//!
//! # The control API of WhatsApp
//!
//! JSON under `/_sandbox`, each with a method of the same meaning on [`Sandbox`]. What it
//! cannot do it answers with `{"error": "…"}` and 400 or 404; what it cannot read gets 422.
//!
//! | route | |
//! |---|---|
//! | `PUT /_sandbox/apps/{id}` | add or replace an app: `{app_secret, callback_url?, numbers}` |
//! | `PUT /_sandbox/apps/{id}/callback_url` | `{url}` |
//! | `POST /_sandbox/faults` | a [`Fault`]; `GET` lists those that wait, `DELETE` clears them |
//! | `GET /_sandbox/requests` | recorded sends ([`RecordedRequest`]); `after`, `limit` (100), `number`, `opaque`, `wamid` |
//! | `GET /_sandbox/accepted/{opaque}` | `{accepted}`: how many sends with this `biz_opaque_callback_data` were accepted |
//! | `GET /_sandbox/callbacks` | [`CallbackCounts`] |
//! | `POST /_sandbox/inbound` | a customer writes: `{number, customer, message, wamid?, at?, reply_to?}` ([`traffic::Inbound`]); answers `{wamid, status}` |
//! | `POST /_sandbox/webhooks` | any payload, signed and delivered: `{app, payload}`; answers `{status}` |
//! | `POST /_sandbox/windows` | opens the 24-hour window: `{number, customer, at?}` |
//! | `DELETE /_sandbox/state` | forgets requests, faults, messages, windows and rates |
//!
//! # Shopify
//!
//! For the host of a shop, `lamps.myshopify.com`:
//!
//! | route | |
//! |---|---|
//! | `POST /admin/api/{version}/graphql.json` | the GraphQL Admin API, with `X-Shopify-Access-Token` |
//! | `GET /admin/oauth/authorize` | agrees at once and redirects with a code |
//! | `POST /admin/oauth/access_token` | tokens, for a code, a refresh token, client credentials or an older token |
//!
//! and under `/_sandbox/shopify`:
//!
//! | route | |
//! |---|---|
//! | `PUT /shops` | add or replace a [`shopify::Shop`] |
//! | `GET /shops/{domain}` | `{orders, customers, subscriptions}` as they are now |
//! | `POST /shops/{domain}/orders` | somebody buys something: a [`shopify::Purchase`]; answers [`shopify::Bought`] |
//! | `POST /shops/{domain}/webhooks` | report something: a [`shopify::Webhook`]; answers [`shopify::Sent`] |
//! | `POST /shops/{domain}/throttle` | `{available}`: so many points are left |
//! | `POST /shops/{domain}/expire` | `{refresh_tokens?}`: every access token ends |
//!
//! # HubSpot
//!
//! | route | |
//! |---|---|
//! | `/crm/v3/objects/{type}`, `/crm/objects/2026-03/{type}` | list, create; `/{id}` reads, updates, archives; `/search`, `/batch/read` |
//! | `/crm/v4/objects/{type}/{id}/associations/{to}` and its dated form | list; `/{to_id}` makes and removes; `default/{to}/{to_id}` makes the unlabelled one |
//! | `POST /crm/v4/associations/{type}/{to}/batch/read` and its dated form | associations of many objects |
//! | `GET /crm/v3/pipelines/{type}`, `GET /crm/pipelines/2026-03/{type}` | the pipelines of tickets and deals; `/{id}` reads one |
//! | `GET /crm/v3/owners`, `GET /crm/owners/2026-03` | the people who may own records |
//! | `GET /oauth/authorize` | agrees at once and redirects with a code |
//! | `POST /oauth/{version}/token` | tokens, for a code or a refresh token |
//! | `GET /oauth/v1/access-tokens/{token}`, `GET /account-info/{version}/details` | whose a token is |
//!
//! and under `/_sandbox/hubspot`:
//!
//! | route | |
//! |---|---|
//! | `PUT /accounts` | add or replace a [`hubspot::Account`] |
//! | `GET /accounts/{hub_id}` | objects by kind, as they are now |
//! | `POST /accounts/{hub_id}/changes` | a person changes a record ([`hubspot::Change`]); answers [`hubspot::Sent`] |
//! | `POST /accounts/{hub_id}/webhooks` | any events, signed: `{events, url?, secret?}`; answers [`hubspot::Sent`] |
//! | `POST /accounts/{hub_id}/throttle` | `{policy, requests}`: the next requests are refused with 429 |
//! | `POST /accounts/{hub_id}/expire` | `{refresh_tokens?}`: every access token ends |
//!
//! # E-mail
//!
//! A [mail server](mail) beside the HTTP server, which takes everything; under `/_sandbox/mail`:
//!
//! | route | |
//! |---|---|
//! | `GET /messages` | what has come ([`mail::ReceivedMail`]); `to` selects. `DELETE` forgets it |
//! | `POST /refusals` | `{code}`: the next recipient is refused with this code |
//!
//! It binds to loopback only, because the control API asks for no credentials.

mod config;
mod courier;
pub mod hubspot;
mod ids;
pub mod mail;
mod providers;
mod recent;
mod serve;
mod server;
pub mod shopify;
mod whatsapp;

pub use config::{Callbacks, Clock, Config, Retries, Secret};
pub use courier::CallbackCounts;
pub use providers::HOSTS;
pub use server::{BindError, Sandbox};
pub use whatsapp::app::{App, Number};
pub use whatsapp::faults::{AnswerFault, CallbackFault, Fault};
pub use whatsapp::ledger::{RecordedRequest, RequestFilter};
pub use whatsapp::limits::{Limits, Rate};
pub use whatsapp::play::{Composed, PlayError, Played};
pub use whatsapp::signing::SignedWebhook;
pub use whatsapp::templates::{Button, Component, ParameterFormat, Template, TemplateStatus};
pub use whatsapp::{recording, signing, traffic};
