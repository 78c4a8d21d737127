//! What can be typed after `signalbox import`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Import {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub file: Option<File>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make lines that can be imported of what another system exports.
    #[command(subcommand)]
    Convert(Convert),
}

#[derive(Debug, Subcommand)]
pub enum Convert {
    /// Of pages that Chatwoot's API has answered, saved as JSON files; see docs/import.md.
    Chatwoot {
        /// Files, and folders with such files.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Where to write the lines; left out, to standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub struct File {
    /// A file with one JSON object a line; `-` reads standard input.
    #[arg(value_name = "FILE")]
    pub path: PathBuf,
    /// The tenant's short name.
    #[arg(long, value_name = "SLUG")]
    pub tenant: String,
    /// What you call the system that it comes from: ids are that system's. The same name goes on with an import that was
    /// interrupted, and adds a later export to an earlier one.
    #[arg(long, value_name = "NAME", default_value = "import", value_parser = source)]
    pub source: String,
    /// Only check every line, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Write what became of the lines to a file, as JSON.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Let a name that the file has for a connection mean this one, by its name or id. May be given several times.
    #[arg(long = "connection", value_name = "NAME=CONNECTION", value_parser = connection)]
    pub connections: Vec<(String, String)>,
}

fn source(text: &str) -> Result<String, &'static str> {
    let fits = (1..=50).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err("1 to 50 characters") }
}

fn connection(text: &str) -> Result<(String, String), &'static str> {
    let (name, meant) = text.rsplit_once('=').ok_or("a name and a connection, such as 'Our inbox=Our number'")?;
    Ok((name.to_owned(), meant.to_owned()))
}
