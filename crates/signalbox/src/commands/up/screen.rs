//! What a person sees: a line for each step, and one screen when everything runs.

use super::{playground::Playground, seed::Seeded};
use config::Config;
use std::{net::SocketAddr, path::Path};

/// Says what is being done now.
pub fn step(what: &str) {
    eprintln!("==> {what}");
}

/// Says where everything is, and what to type next.
pub fn greet(
    config: &Config,
    address: SocketAddr,
    database: Option<&str>,
    playground: Option<&Playground>,
    seeded: Option<&Seeded>,
) {
    let base = base_url(config, address);
    println!();
    println!("Signalbox is running.");
    println!();
    if cfg!(feature = "console") {
        println!("  Console        {base}");
    }
    println!("  API            {base}/api/v1");
    println!("  Documentation  {base}/docs");
    println!("  Health         {base}/readyz");
    println!("  Data           {}", shown(&config.data_dir));
    if let Some(url) = database {
        println!("  DATABASE_URL   {url}");
    }
    if let (Some(playground), Some(seeded)) = (playground, seeded) {
        println!();
        println!("  Simulated      {}, at {}", list(&seeded.connected), playground.providers.url());
        for (provider, url) in &seeded.connected {
            println!("  {:<14} {url}", format!("{provider} to"));
        }
        println!("  E-mails        {}/_sandbox/mail/messages", playground.providers.url());
        println!();
        println!("  Admin          {}", seeded.admin);
        match &seeded.password {
            Some(password) => println!("  Password       {password}   (shown this once)"),
            None => println!("  Password       as shown at the first start"),
        }
        println!();
        println!("Next: type `make demo` in another terminal, and watch a customer get an answer.");
    } else {
        println!();
        println!("Next: `signalbox tenant create --help`.");
    }
    println!("Ctrl-C stops everything; the data stays.");
    println!();
}

/// The names of what is connected.
fn list(connected: &[(&str, String)]) -> String {
    connected.iter().map(|(provider, _)| *provider).collect::<Vec<_>>().join(", ")
}

/// What URLs begin with: as configured, or the address that is really listened on.
pub fn base_url(config: &Config, address: SocketAddr) -> String {
    match &config.public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => format!("http://{address}"),
    }
}

/// Below the working directory, a short path says more.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    match path.strip_prefix(&here) {
        Ok(below) => format!("./{}", below.display()),
        Err(_) => path.display().to_string(),
    }
}
