//! A tenant with WhatsApp numbers, known to the product and to the simulated provider alike.

use super::{Stand, console::Console};
use anyhow::Context as _;
use rand::{RngExt as _, distr::Alphanumeric};
use sandbox::{App, Number};
use serde_json::json;
use std::fs;
use url::Url;

const TENANT: &str = "bench";
const ADMIN: &str = "admin@bench.example";

/// A tenant whose numbers share one endpoint.
pub struct Account {
    /// Signs webhooks.
    pub app_secret: String,
    /// The path that webhooks are posted to.
    pub hook: String,
    /// The numbers.
    pub lines: Vec<Line>,
    password: String,
}

/// A number, as the product and the provider both know it.
#[derive(Clone)]
pub struct Line {
    /// The provider's id of it.
    pub phone_number_id: String,
    /// The number itself, in digits.
    pub display_phone_number: String,
    access_token: String,
}

impl Account {
    /// Makes the tenant with so many numbers, by the command line as an operator would.
    pub async fn create(stand: &Stand, numbers: usize) -> anyhow::Result<Self> {
        let product = stand.product();
        let said =
            product.run(&["tenant", "create", "--name", "Bench", "--slug", TENANT, "--admin-email", ADMIN]).await?;
        let password = word_after(&said, "Password").context("`tenant create` printed no password")?;
        let app_secret = secret();
        let mut account = Self { app_secret, hook: String::new(), lines: Vec::new(), password };
        for place in 0..numbers {
            account.connect(stand, Line::numbered(place)).await?;
        }
        Ok(account)
    }

    /// Whom the tenant was made with, and their password.
    pub fn admin(&self) -> (&str, &str) {
        (ADMIN, &self.password)
    }

    /// Adds a number; the first makes the endpoint, the others share it.
    async fn connect(&mut self, stand: &Stand, line: Line) -> anyhow::Result<()> {
        let (settings, endpoint) = (stand.directory().join("settings.json"), stand.directory().join("endpoint.json"));
        fs::write(
            &settings,
            json!({ "phone_number_id": line.phone_number_id, "access_token": line.access_token }).to_string(),
        )?;
        fs::write(&endpoint, json!({ "app_secret": self.app_secret, "verify_token": secret() }).to_string())?;
        let (settings, endpoint) = (settings.to_string_lossy(), endpoint.to_string_lossy());
        let key = self.hook.rsplit('/').next().unwrap_or_default().to_owned();
        let shared = if key.is_empty() { ["--endpoint-settings", &endpoint] } else { ["--endpoint", &key] };
        let name = line.display_phone_number.clone();
        let mut arguments = vec![
            "connection",
            "create",
            "--tenant",
            TENANT,
            "--plugin",
            "whatsapp",
            "--name",
            &name,
            "--settings",
            &settings,
        ];
        arguments.extend(shared);
        let said = stand.product().run(&arguments).await?;
        if key.is_empty() {
            let from = said.find("/hooks/").context("`connection create` printed no webhook URL")?;
            said[from..].split_whitespace().next().unwrap_or_default().clone_into(&mut self.hook);
        }
        self.lines.push(line);
        Ok(())
    }

    /// The REST API as the tenant's admin.
    pub async fn console(&self, address: &str) -> anyhow::Result<Console> {
        Console::log_in(address, ADMIN, &self.password).await
    }

    /// The same as somebody else who has the admin's password.
    pub async fn console_of(&self, address: &str, email: &str) -> anyhow::Result<Console> {
        Console::log_in(address, email, &self.password).await
    }

    /// The provider's side of the account, with webhooks going to this address.
    pub fn app(&self, address: &str) -> anyhow::Result<App> {
        Ok(App {
            id: "bench".to_owned(),
            app_secret: self.app_secret.as_str().into(),
            callback_url: Some(Url::parse(&format!("http://{address}{}", self.hook))?),
            numbers: self.lines.iter().map(Line::number).collect(),
        })
    }
}

impl Line {
    fn numbered(place: usize) -> Self {
        Self {
            phone_number_id: format!("{}", 106_540_352_240_000 + place),
            display_phone_number: format!("{}", 15_550_780_000_u64 + place as u64),
            access_token: secret(),
        }
    }

    fn number(&self) -> Number {
        Number {
            phone_number_id: self.phone_number_id.clone(),
            waba_id: "419561257915477".to_owned(),
            display_phone_number: self.display_phone_number.clone(),
            verified_name: "Bench".to_owned(),
            access_token: self.access_token.as_str().into(),
        }
    }

    /// The number as webhooks name it.
    pub fn traffic(&self) -> sandbox::traffic::Line {
        self.number().line()
    }
}

fn secret() -> String {
    rand::rng().sample_iter(Alphanumeric).take(32).map(char::from).collect()
}

fn word_after(text: &str, label: &str) -> Option<String> {
    let rest = text.lines().find_map(|line| line.trim_start().strip_prefix(label))?;
    rest.split_whitespace().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_their_label() {
        let said = "Tenant    Bench (bench)\nPassword  abcde-fghij   (shown this once)\n";
        assert_eq!(word_after(said, "Password").as_deref(), Some("abcde-fghij"));
        assert_eq!(word_after(said, "Webhook"), None);
    }
}
