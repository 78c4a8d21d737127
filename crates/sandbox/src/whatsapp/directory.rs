//! Who exists: apps, their numbers, and which token may use what.

use crate::whatsapp::app::{App, Number};
use std::collections::HashMap;
use std::sync::Arc;
use url::Url;

/// A number together with the app it reports to.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) app: Arc<App>,
    pub(crate) number: Arc<Number>,
}

/// The apps, looked up by number.
#[derive(Default)]
pub(crate) struct Directory {
    apps: HashMap<String, Arc<App>>,
    numbers: HashMap<String, (String, Arc<Number>)>,
}

impl Directory {
    pub(crate) fn new(apps: Vec<App>) -> Self {
        let mut directory = Self::default();
        for app in apps {
            directory.put(app);
        }
        directory
    }

    /// Adds an app or replaces the one with this id, its numbers included.
    pub(crate) fn put(&mut self, app: App) {
        self.numbers.retain(|_, (app_id, _)| *app_id != app.id);
        for number in &app.numbers {
            let entry = (app.id.clone(), Arc::new(number.clone()));
            self.numbers.insert(number.phone_number_id.clone(), entry);
        }
        self.apps.insert(app.id.clone(), Arc::new(app));
    }

    /// Sets where an app's webhooks go; `false` if there is no such app.
    pub(crate) fn set_callback_url(&mut self, app_id: &str, url: Url) -> bool {
        let Some(app) = self.apps.get_mut(app_id) else {
            return false;
        };
        Arc::make_mut(app).callback_url = Some(url);
        true
    }

    pub(crate) fn app(&self, app_id: &str) -> Option<Arc<App>> {
        self.apps.get(app_id).cloned()
    }

    pub(crate) fn number(&self, phone_number_id: &str) -> Option<Found> {
        let (app_id, number) = self.numbers.get(phone_number_id)?;
        Some(Found { app: self.app(app_id)?, number: number.clone() })
    }

    pub(crate) fn knows_token(&self, token: &str) -> bool {
        self.numbers.values().any(|(_, number)| number.access_token.expose() == token)
    }

    /// The numbers of an account that this token may use.
    pub(crate) fn account(&self, waba_id: &str, token: &str) -> Vec<Arc<Number>> {
        self.numbers
            .values()
            .filter(|(_, n)| n.waba_id == waba_id && n.access_token.expose() == token)
            .map(|(_, number)| number.clone())
            .collect()
    }
}
