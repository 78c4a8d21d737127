//! The tenant of the playground: an admin, two agents, a WhatsApp number and two rules.
//!
//! Every step looks first whether it was done before, so that a start that was interrupted is made up for by the next.

use super::{
    playground::{Agreement, Playground},
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
    /// Where the simulated WhatsApp posts.
    pub webhook_url: String,
    /// The admin's address.
    pub admin: &'static str,
    /// The admin's password, if it was made just now.
    pub password: Option<String>,
}

/// Makes what is missing, and connects the simulators with it.
pub async fn ensure(process: &Process, playground: &Playground, address: SocketAddr) -> anyhow::Result<Seeded> {
    let (tenant, password) = tenant_with_people(process, &playground.agreement).await?;
    let operator = Operator::of(process, tenant).await?;
    let webhook_path = connection(&operator, &playground.agreement).await?;
    rules(&operator).await?;
    let agreement = Agreement {
        webhook_path: Some(webhook_path.clone()),
        demo_token: Some(operator::sign_in(process, tenant, TimeDelta::days(7)).await?),
        ..playground.agreement.clone()
    };
    agreement.write(&process.config)?;
    // The simulators reach the product here, whatever the world outside calls it.
    playground.connect(format!("http://{address}{webhook_path}").parse()?);
    remember_windows(process, playground, tenant).await?;
    let webhook_url = format!("{}{webhook_path}", screen::base_url(&process.config, address));
    Ok(Seeded { webhook_url, admin: ADMIN, password })
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

/// The path of the connection's endpoint.
async fn connection(operator: &Operator, agreement: &Agreement) -> anyhow::Result<String> {
    let existing = operator.get("/api/v1/connections").await?;
    let connection = if let Some(connection) = existing.pointer("/items/0") {
        connection.clone()
    } else {
        screen::step("connecting a WhatsApp number");
        let new = json!({
                "plugin_id": "whatsapp",
                "name": "Playground number",
                "settings": {
                    "phone_number_id": agreement.phone_number_id,
                    "waba_id": agreement.waba_id,
                    "display_phone_number": agreement.display_phone_number,
                    "access_token": agreement.access_token,
                },
                "endpoint_settings": {
                    "app_secret": agreement.app_secret,
                    "verify_token": agreement.verify_token,
                },
        });
        let made = operator.post("/api/v1/connections", &new).await;
        made.context("the playground's number cannot be connected; is the WhatsApp plugin installed?")?
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
        playground.whatsapp.open_window(&playground.agreement.phone_number_id, &customer, writer.at)?;
    }
    Ok(())
}
