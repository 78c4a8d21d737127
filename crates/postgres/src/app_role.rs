//! The role under which the product works, which neither owns the tables nor bypasses their
//! policies.
//!
//! An operator gives one URL, that of the owner. Where the owner needs a password the other
//! role needs one, too; deriving it spares the operator a second secret, and every process
//! comes to the same one.

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::percent_decode_str;
use sha2::Sha256;
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

/// The role under which the product works. The migrations make it.
pub const APP_ROLE: &str = "signalbox_app";

/// The password of [`APP_ROLE`] where the owner has the password `owner_password`: 64 lower-case
/// hexadecimal digits, the HMAC-SHA256 of the role's name with the owner's password as the key.
pub fn app_password(owner_password: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(owner_password.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(APP_ROLE.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// How to connect as [`APP_ROLE`] to the database that `owner` names.
pub fn app_options(owner: &PgConnectOptions) -> PgConnectOptions {
    let options = owner.clone().username(APP_ROLE);
    match owner_password(owner) {
        Some(password) => options.password(&app_password(&password)),
        None => options,
    }
}

/// The password with which `owner` connects, whether it came from a URL, a password file or the
/// environment.
pub fn owner_password(owner: &PgConnectOptions) -> Option<String> {
    // The URL is built without escaping the names, which may hold anything.
    let url = owner.clone().username("owner").host("localhost").database("any").to_url_lossy();
    let password = percent_decode_str(url.password()?).decode_utf8_lossy();
    Some(password.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_the_same_everywhere() {
        // From `printf signalbox_app | openssl dgst -sha256 -hmac 'pass word'`.
        let expected = "49609328b39f23e3c140a4019ccea117ea1f0b85bd5aca34c9271cef1c40e8d7";
        assert_eq!(app_password("pass word"), expected);
    }

    #[test]
    fn the_app_connects_where_the_owner_does() {
        let owner: PgConnectOptions =
            "postgres://owner:p%C3%A4ss%2B%2F%20w@db.internal:6432/signalbox".parse().unwrap();
        assert_eq!(owner_password(&owner).as_deref(), Some("päss+/ w"));
        let app = app_options(&owner);
        assert_eq!(app.get_host(), "db.internal");
        assert_eq!(app.get_port(), 6432);
        assert_eq!(app.get_database(), Some("signalbox"));
        assert_eq!(app.get_username(), APP_ROLE);
        assert_eq!(owner_password(&app), Some(app_password("päss+/ w")));

        let odd = PgConnectOptions::new_without_pgpass().username("a/b@c:#").password("secret");
        assert_eq!(owner_password(&odd).as_deref(), Some("secret"));
    }
}
