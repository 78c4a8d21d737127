//! `signalbox plugin record --connection`: a call of the connection's plugin is made now, and kept with everything that
//! the host told it.

use super::{
    author,
    record::{self, PROOFS},
    recorded_call::{Outcome, RecordedCall},
};
use crate::{cli::author::Record, database, keys::Missing, operator, plugins, process::Process, roles, settings_file};
use anyhow::{Context as _, bail};
use config::Config;
use domain::ConnectionId;
use plugin_host::{
    Invocation, Plugin, Tape,
    tape::{Answer, Asked},
};
use serde_json::json;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};
use worker::{call::Failure, records::Origin, target::Target};

/// Makes the call, writes the fixture, and says what is in it.
pub async fn run(config: &Config, args: &Record, connection: ConnectionId) -> anyhow::Result<()> {
    let invocation = invocation(args)?;
    let process = Process::start(config.clone(), database::app(config)?, Missing::Refuse).await?;
    let tenant = operator::tenant(&process.database, &args.tenant).await?.id;
    let simulated = if args.sandbox { plugins::simulated(config.sandbox.bind) } else { Vec::new() };
    let egress = plugins::egress(config, simulated)?;
    let env = roles::environment(&process, Arc::new(plugins::host(config, egress.clone())?), egress)?;
    let mut tx = env.db.begin(tenant).await?;
    let target =
        Target::load(&env, &mut tx, tenant, connection).await?.context("this tenant has no such connection")?;
    drop(tx);
    let other = args.wasm.as_ref().map(|file| author::load(&author::host(config)?, file)).transpose()?;

    // A call is repeated where its provider has refused the access token. The last one counts.
    let last = Mutex::new(None);
    let made = target
        .call(&env, format!("recorded-{}", uuid::Uuid::now_v7()), Origin::BY_HAND, |plugin: Arc<Plugin>, mut ctx| {
            let plugin = other.clone().unwrap_or(plugin);
            ctx.tape = Tape::recording();
            *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(ctx.clone());
            let invocation = &invocation;
            async move { plugin.perform(&ctx, invocation).await }
        })
        .await;
    env.records.flush().await;
    let outcome = match made {
        Ok(value) => Outcome::Result(value),
        Err(Failure::Plugin(error)) => Outcome::from(Err(error)),
        Err(failure) => return Err(failure.into()),
    };
    let ctx = last.into_inner().unwrap_or_else(PoisonError::into_inner).context("the plugin was not called")?;
    let mut call = RecordedCall::of(&ctx, &invocation, outcome);
    let hidden = hide_proofs(&mut call);

    let name = format!("{}-{}.json", invocation.function(), &ctx.call_id);
    let file = args.out.clone().unwrap_or_else(|| PathBuf::from("fixtures").join("calls").join(name));
    record::write_new(&file, &call.to_text())?;
    println!("{}", file.display());
    if let Outcome::Error(error) = &call.outcome {
        println!("the plugin answered with an error: {error}");
    }
    for header in hidden {
        println!("hidden: the value of the answers' header `{header}`, which may prove something");
    }
    if call.host.iter().any(|call| matches!(call.asked, Asked::Hmac { .. })) {
        println!("It holds signatures that were made with a secret of the connection.");
    }
    println!("The fixture may hold personal data: read it before you share it.");
    Ok(())
}

/// What is to be called, from the function's name and the file with its input.
fn invocation(args: &Record) -> anyhow::Result<Invocation> {
    let mut invocation = json!({ "function": args.function });
    if let Some(file) = &args.input {
        invocation["input"] = settings_file::read(file)?;
    }
    let function = args.function.as_deref().unwrap_or_default();
    if function == "parse" {
        bail!("`parse` is recorded from a delivery: name one in place of the connection");
    }
    serde_json::from_value(invocation).with_context(|| format!("`{function}` cannot be called with this input"))
}

/// Hides the values of headers that are credentials of their own, such as a cookie of the provider: a secret that the
/// host knows is not in there in the first place. Returns their names.
fn hide_proofs(call: &mut RecordedCall) -> Vec<String> {
    let mut hidden = Vec::new();
    for call in &mut call.host {
        let Answer::Response { headers, .. } = &mut call.answer else { continue };
        for (name, value) in headers {
            let lower = name.to_ascii_lowercase();
            if PROOFS.iter().any(|part| lower.contains(part)) {
                *value = b"[redacted]".to_vec().into();
                hidden.push(lower);
            }
        }
    }
    hidden.sort_unstable();
    hidden.dedup();
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        record: Record,
    }

    fn typed(args: &[&str]) -> Result<Record, clap::Error> {
        let line = ["record", "--tenant", "lamps"].iter().chain(args);
        Line::try_parse_from(line).map(|line| line.record)
    }

    #[test]
    fn a_call_or_a_delivery_is_recorded() {
        let id = "01938f7e-0000-7000-8000-000000000000";
        assert!(typed(&[id]).is_ok());
        assert!(typed(&["--connection", id, "--function", "check"]).is_ok());
        for wrong in [&[][..], &["--connection", id], &[id, "--function", "check"], &[id, "--connection", id]] {
            assert!(typed(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_called_is_read_with_its_input() {
        let id = "01938f7e-0000-7000-8000-000000000000";
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), r#"{"field": "/location"}"#).unwrap();
        let input = file.path().to_str().unwrap();
        let of = |function: &str, more: &[&str]| {
            let args = [&["--connection", id, "--function", function], more].concat();
            invocation(&typed(&args).unwrap())
        };
        assert_eq!(of("check", &[]).unwrap(), Invocation::Check);
        let options = Invocation::Options { field: "/location".to_owned(), search: String::new() };
        assert_eq!(of("options", &["--input", input]).unwrap(), options);
        assert!(of("poll", &["--input", input]).is_err());
        assert!(of("parse", &[]).unwrap_err().to_string().contains("delivery"));
    }
}
