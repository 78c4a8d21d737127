//! The tenant of the playground: an admin, two agents, a WhatsApp number, a shop, a HubSpot account and two rules.
//!
//! What a plugin speaks for is there only if the plugin is. Every step looks first whether it was done before, so that a start that was interrupted is made up for by the next.

use super::{
    playground::{Agreement, HUB_ID, Playground, SHOP},
    screen,
};
use crate::{
    commands::tenant::{self, Person},
    operator::{self, Operator},
    process::Process,
};
use anyhow::Context as _;
use chrono::TimeDelta;
use domain::{TenantId, role::Role};
use sandbox::traffic::Customer;
use serde_json::{Value, json};
use std::net::SocketAddr;
use store::{contacts, users};

const SLUG: &str = "playground";
const ADMIN: &str = "admin@playground.example";
const PEOPLE: [Person<'static>; 3] = [
    Person { email: ADMIN, name: "Ada Admin", role: Role::Admin },
    Person { email: "anna@playground.example", name: "Anna Agent", role: Role::Agent },
    Person { email: "ben@playground.example", name: "Ben Agent", role: Role::Agent },
];
/// The presets that are switched on.
const RULES: [&str; 2] = ["welcome_message", "keyword_escalation"];

/// What the screen says about the playground.
pub struct Seeded {
    /// What is connected, and where it posts its webhooks.
    pub connected: Vec<(&'static str, String)>,
    /// The admin's address.
    pub admin: &'static str,
    /// The admin's password, if it was made just now.
    pub password: Option<String>,
}

/// An account at a simulated provider.
struct Account {
    plugin: &'static str,
    /// What steps and the screen call it.
    what: &'static str,
    name: &'static str,
    /// The setting that the account is known by.
    known_by: &'static str,
    settings: Value,
    endpoint_settings: Value,
}

/// Makes what is missing, and connects the simulators with it.
pub async fn ensure(process: &Process, playground: &Playground, address: SocketAddr) -> anyhow::Result<Seeded> {
    let (tenant, password) = tenant_with_people(process, &playground.agreement).await?;
    let operator = Operator::of(process, tenant).await?;
    let mut agreement = playground.agreement.clone();
    let mut connected = Vec::new();
    for account in accounts(&agreement) {
        if store::plugins::current(process.database.pool(), account.plugin).await?.is_none() {
            continue;
        }
        let path = connection(&operator, &account).await?;
        // The simulators reach the product here, whatever the world outside calls it.
        let here = format!("http://{address}{path}").parse()?;
        let url = format!("{}{path}", screen::base_url(&process.config, address));
        match account.plugin {
            "shopify" => playground.providers.shopify().set_webhook_url(SHOP, here)?,
            "hubspot" => playground.providers.hubspot().set_webhook_url(HUB_ID, here, Some(url.parse()?))?,
            _ => {
                playground.connect_whatsapp(here);
                agreement.webhook_path = Some(path);
            }
        }
        connected.push((account.what, url));
    }
    rules(&operator).await?;
    agreement.demo_token = Some(operator::sign_in(process, tenant, TimeDelta::days(7)).await?);
    agreement.write(&process.config)?;
    remember_windows(process, playground, tenant).await?;
    Ok(Seeded { connected, admin: ADMIN, password })
}

fn accounts(agreement: &Agreement) -> [Account; 3] {
    let Agreement { shopify, hubspot, .. } = agreement;
    [
        Account {
            plugin: "whatsapp",
            what: "WhatsApp",
            name: "Playground number",
            known_by: "phone_number_id",
            settings: json!({
                "phone_number_id": agreement.phone_number_id,
                "waba_id": agreement.waba_id,
                "display_phone_number": agreement.display_phone_number,
                "access_token": agreement.access_token,
            }),
            endpoint_settings: json!({
                "app_secret": agreement.app_secret,
                "verify_token": agreement.verify_token,
            }),
        },
        Account {
            plugin: "shopify",
            what: "Shopify",
            name: "Playground shop",
            known_by: "shop_domain",
            settings: json!({
                "shop": SHOP.split('.').next(),
                "shop_domain": SHOP,
                "access_token": shopify.access_token,
            }),
            endpoint_settings: json!({ "client_secret": shopify.client_secret }),
        },
        Account {
            plugin: "hubspot",
            what: "HubSpot",
            name: "Playground HubSpot account",
            known_by: "portal_id",
            settings: json!({ "portal_id": HUB_ID.to_string(), "access_token": hubspot.access_token }),
            endpoint_settings: json!({ "client_secret": hubspot.client_secret }),
        },
    ]
}

/// The tenant, and the admin's password if nobody has seen it yet.
async fn tenant_with_people(process: &Process, agreement: &Agreement) -> anyhow::Result<(TenantId, Option<String>)> {
    let Some(found) = store::tenants::find(process.database.pool(), SLUG).await? else {
        screen::step("making a tenant with an admin and two agents");
        let mut created = tenant::create(&process.database, "Playground", SLUG, &PEOPLE).await?;
        return Ok((created.id, Some(created.passwords.remove(0))));
    };
    // Without a path the first start ended before it showed the password.
    let password = match agreement.webhook_path {
        Some(_) => None,
        None => Some(new_password(process, found.id).await?),
    };
    Ok((found.id, password))
}

async fn new_password(process: &Process, tenant: TenantId) -> anyhow::Result<String> {
    let mut tx = process.database.begin(tenant).await?;
    let admin = users::list(&mut tx, None, 1000).await?.into_iter().find(|user| user.email == ADMIN);
    let admin = admin.context("the playground's admin was deleted")?;
    let password = tenant::password();
    users::set_password_hash(&mut tx, admin.id, &api::hash_password(&password)?, process.clock.now()).await?;
    tx.commit().await?;
    Ok(password)
}

/// The path of the endpoint of the account's connection.
async fn connection(operator: &Operator, account: &Account) -> anyhow::Result<String> {
    let is_it = |connection: &Value| {
        connection["plugin_id"] == account.plugin
            && connection["settings"][account.known_by] == account.settings[account.known_by]
    };
    let existing = operator.all("/api/v1/connections").await?.into_iter().find(is_it);
    let connection = if let Some(connection) = existing {
        connection
    } else {
        screen::step(&format!("connecting {}", account.what));
        let new = json!({
            "plugin_id": account.plugin,
            "name": account.name,
            "settings": account.settings,
            "endpoint_settings": account.endpoint_settings,
        });
        let made = operator.post("/api/v1/connections", &new).await;
        made.with_context(|| format!("the playground's {} cannot be connected", account.what))?
    };
    let url = connection.get("webhook_url").and_then(Value::as_str).context("the connection has no webhook URL")?;
    let path = url::Url::parse(url).context("the webhook URL")?.path().to_owned();
    Ok(path)
}

/// The presets, enabled, unless somebody has made rules already.
async fn rules(operator: &Operator) -> anyhow::Result<()> {
    let existing = operator.get("/api/v1/rules").await?;
    if existing.pointer("/items/0").is_some() {
        return Ok(());
    }
    screen::step("switching on two rules");
    for preset in rules::presets().into_iter().filter(|preset| RULES.contains(&preset.key)) {
        let rule = json!({
            "name": preset.name,
            "description": preset.description,
            "enabled": true,
            "definition": preset.definition,
        });
        operator.post("/api/v1/rules", &rule).await.with_context(|| preset.name)?;
    }
    Ok(())
}

/// The simulator forgets when customers wrote; the product does not. Without this, replies in conversations from
/// before the last stop would be refused.
async fn remember_windows(process: &Process, playground: &Playground, tenant: TenantId) -> anyhow::Result<()> {
    let since = process.clock.now() - TimeDelta::hours(24);
    let mut tx = process.database.begin(tenant).await?;
    for writer in contacts::wrote_since(&mut tx, tenant, "whatsapp", since).await? {
        let customer = match writer.address.kind.as_str() {
            "phone" => Customer::with_phone(writer.address.value.trim_start_matches('+'), ""),
            "bsuid" => Customer::with_user_id(writer.address.value, ""),
            _ => continue,
        };
        playground.providers.open_window(&playground.agreement.phone_number_id, &customer, writer.at)?;
    }
    Ok(())
}
