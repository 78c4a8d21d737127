//! The simulated providers, and what they and the product agreed on.

use crate::plugins;
use anyhow::Context as _;
use config::Config;
use egress::Mapping;
use sandbox::{App, Number, Sandbox, hubspot, shopify};
use serde::{Deserialize, Serialize};
use std::{
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

const APP: &str = "playground";
/// The simulated shop.
pub const SHOP: &str = "playground.myshopify.com";
/// The simulated HubSpot account.
pub const HUB_ID: u64 = 48_807_704;
/// What the app is told of in the HubSpot account.
const HUBSPOT_EVENTS: [&str; 3] = ["contact.creation", "contact.propertyChange", "ticket.creation"];

/// What the product and the simulated providers know of each other. Kept in the data directory, so that a second start
/// finds the same accounts.
#[derive(Clone, Serialize, Deserialize)]
pub struct Agreement {
    /// Signs webhooks.
    pub app_secret: String,
    /// Proves to the provider that the endpoint is ours.
    pub verify_token: String,
    /// Lets the product send.
    pub access_token: String,
    /// The number's id.
    pub phone_number_id: String,
    /// The account the number belongs to.
    pub waba_id: String,
    /// The number, as people dial it.
    pub display_phone_number: String,
    /// The path of the endpoint, once it exists.
    pub webhook_path: Option<String>,
    /// The app in the shop.
    #[serde(default = "Credentials::new")]
    pub shopify: Credentials,
    /// The app in the HubSpot account.
    #[serde(default = "Credentials::new")]
    pub hubspot: Credentials,
    /// A token for `signalbox demo`, renewed at each start.
    pub demo_token: Option<String>,
}

/// What a provider's app is known by.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credentials {
    /// Signs webhooks.
    pub client_secret: String,
    /// Opens the account.
    pub access_token: String,
}

impl Credentials {
    fn new() -> Self {
        Self { client_secret: secret(), access_token: secret() }
    }
}

fn secret() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

impl Agreement {
    fn new() -> Self {
        Self {
            app_secret: secret(),
            verify_token: secret(),
            access_token: format!("EAA{}", secret()),
            phone_number_id: "106540352242922".to_owned(),
            waba_id: "419561257915477".to_owned(),
            display_phone_number: "15550783881".to_owned(),
            webhook_path: None,
            shopify: Credentials::new(),
            hubspot: Credentials::new(),
            demo_token: None,
        }
    }

    /// The agreement of a data directory; `None` if nothing was agreed on yet.
    pub fn read(config: &Config) -> anyhow::Result<Option<Self>> {
        let file = file(config);
        match std::fs::read(&file) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes).with_context(|| file.display().to_string())?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| file.display().to_string()),
        }
    }

    /// Keeps it, readable by its owner only, whole or not at all.
    pub fn write(&self, config: &Config) -> anyhow::Result<()> {
        let file = file(config);
        let draft = file.with_extension("new");
        write_private(&draft, &serde_json::to_vec_pretty(self)?).with_context(|| draft.display().to_string())?;
        std::fs::rename(&draft, &file).with_context(|| file.display().to_string())
    }
}

fn file(config: &Config) -> PathBuf {
    config.data_dir.join("sandbox.json")
}

fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The running simulators.
pub struct Playground {
    /// The simulated providers.
    pub providers: Sandbox,
    /// What is agreed on with them.
    pub agreement: Agreement,
}

impl Playground {
    /// Starts the simulators, with the accounts that were agreed on.
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        let agreement = Agreement::read(config)?.unwrap_or_else(Agreement::new);
        agreement.write(config)?;
        let settings = sandbox::Config { smtp: config.sandbox.smtp_bind, ..sandbox::Config::new(Vec::new()) };
        let providers = Sandbox::bind(config.sandbox.bind, settings).await?;
        providers.shopify().put(agreement.shop());
        providers.hubspot().put(agreement.hubspot_account());
        Ok(Self { providers, agreement })
    }

    /// Which hosts the simulators stand for.
    pub fn mappings(&self) -> Vec<Mapping> {
        plugins::simulated(self.providers.address())
    }

    /// Tells the simulated WhatsApp where the product is.
    pub fn connect_whatsapp(&self, webhook_url: url::Url) {
        let agreement = &self.agreement;
        self.providers.put_app(App {
            id: APP.to_owned(),
            app_secret: agreement.app_secret.clone().into(),
            callback_url: Some(webhook_url),
            numbers: vec![Number {
                phone_number_id: agreement.phone_number_id.clone(),
                waba_id: agreement.waba_id.clone(),
                display_phone_number: agreement.display_phone_number.clone(),
                verified_name: "Signalbox Playground".to_owned(),
                access_token: agreement.access_token.clone().into(),
            }],
        });
    }

    /// Stops the simulators.
    pub async fn close(self) {
        self.providers.shutdown().await;
    }
}

impl Agreement {
    fn shop(&self) -> shopify::Shop {
        let Credentials { client_secret, access_token } = self.shopify.clone();
        let mut shop = shopify::Shop::new(SHOP, APP, client_secret);
        shop.access_token = Some(access_token.into());
        shop
    }

    fn hubspot_account(&self) -> hubspot::Account {
        let Credentials { client_secret, access_token } = self.hubspot.clone();
        let mut account = hubspot::Account::new(HUB_ID, APP, client_secret);
        account.access_token = Some(access_token.into());
        account.subscriptions = HUBSPOT_EVENTS.map(str::to_owned).to_vec();
        account
    }
}
