//! `signalbox tenant`: the customers of this installation.

use crate::{cli::Tenant, database, logging};
use anyhow::{Context as _, bail};
use config::Config;
use domain::{TenantId, UserId, role::Role};
use store::{Database, users::NewUser};

/// Does what was typed.
pub async fn run(config: &Config, command: Tenant) -> anyhow::Result<()> {
    logging::start(&config.log, logging::Default::Quiet)?;
    let Tenant::Create { name, slug, admin_email, admin_name } = command;
    let db = database::open(config, database::app(config)?).await?;
    let slug = slug.unwrap_or_else(|| slug_of(&name));
    let admin_name = admin_name.unwrap_or_else(|| admin_email.clone());
    let admin = Person { email: &admin_email, name: &admin_name, role: Role::Admin };
    let created = create(&db, &name, &slug, &[admin]).await?;
    println!("Tenant    {name} ({slug})");
    println!("Admin     {admin_email}");
    println!("Password  {}   (shown this once)", created.passwords[0]);
    Ok(())
}

/// Somebody who is to sign in.
pub struct Person<'a> {
    /// The address they sign in with.
    pub email: &'a str,
    /// What others call them.
    pub name: &'a str,
    /// What they may do.
    pub role: Role,
}

/// A new tenant.
pub struct Created {
    /// Which.
    pub id: TenantId,
    /// The passwords of its people, in their order. They are stored nowhere.
    pub passwords: Vec<String>,
}

/// Makes a tenant with its first people, all or nothing.
pub async fn create(db: &Database, name: &str, slug: &str, people: &[Person<'_>]) -> anyhow::Result<Created> {
    let (id, now) = (TenantId::new(), chrono::Utc::now());
    let mut tx = db.begin(id).await?;
    match store::tenants::create(&mut tx, slug, name, now).await {
        Ok(()) => {}
        Err(store::Error::Constraint(constraint)) if constraint.unique => bail!("the tenant `{slug}` exists already"),
        Err(store::Error::Constraint(_)) => {
            bail!("`{slug}` is no short name: lower-case letters, digits and hyphens, at most 63, not a hyphen first")
        }
        Err(error) => return Err(error).context("the tenant could not be made"),
    }
    let mut passwords = Vec::with_capacity(people.len());
    for person in people {
        let password = password();
        let password_hash = api::hash_password(&password)?;
        let user = NewUser {
            id: UserId::new(),
            email: person.email,
            name: person.name,
            role: person.role.into(),
            password_hash: &password_hash,
        };
        store::users::create(&mut tx, &user, now).await.with_context(|| format!("making {}", person.email))?;
        passwords.push(password);
    }
    tx.commit().await?;
    Ok(Created { id, passwords })
}

/// Four groups of five letters and digits that are not mistaken for each other: about 98 bits.
pub fn password() -> String {
    const LETTERS: &[u8; 30] = b"abcdefghjkmnpqrstuvwxyz2345678";
    let group = || -> String { (0..5).map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())])).collect() };
    [group(), group(), group(), group()].join("-")
}

fn slug_of(name: &str) -> String {
    let words = name.to_lowercase();
    let words: Vec<&str> = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-").chars().take(63).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_is_made_of_the_name() {
        assert_eq!(slug_of("Lamp Shop, Berlin!"), "lamp-shop-berlin");
        assert_eq!(slug_of("  Ünique "), "nique");
    }

    #[test]
    fn passwords_differ_and_can_be_typed() {
        let (a, b) = (password(), password());
        assert_ne!(a, b);
        assert_eq!(a.len(), 23);
        assert!(a.chars().all(|c| c == '-' || c.is_ascii_alphanumeric()));
    }
}
