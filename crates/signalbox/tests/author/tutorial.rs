//! The tutorial, followed by the letter: its files are written, its commands run, its output is what comes.

use crate::author::{Author, Ended, QUICK, SIGNALBOX, environment};
use std::{
    fmt::Write as _,
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
};

/// A fenced block of the page, by what the comment above it says.
enum Block<'a> {
    Run(&'a str),
    File(&'a str, &'a str),
    Excerpt(&'a str, &'a str),
    Output(&'a str),
}

#[test]
fn every_block_is_followed() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/plugins/tutorial.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (http, provider, simulator) = (free_port(), free_port(), free_port());
    // The page names the usual ports; tests run side by side.
    let page = page.replace("localhost:8080", &format!("localhost:{http}"));
    let page = page.replace(":9000", &format!(":{provider}")).replace("listen(9000", &format!("listen({provider}"));
    let blocks = blocks(&page);

    let author = Author::new();
    // As root, the database runs under another account, which has to get here.
    std::fs::set_permissions(author.dir(), std::fs::Permissions::from_mode(0o755)).unwrap();
    author.write("follow.sh", script(&blocks));
    let mut command = Command::new("bash");
    command.arg("follow.sh").current_dir(author.dir()).stdin(Stdio::null());
    environment(&mut command);
    let binaries = Path::new(SIGNALBOX).parent().unwrap().display();
    command
        .env("PATH", format!("{binaries}:{}", std::env::var("PATH").unwrap()))
        .env("SIGNALBOX_HTTP_BIND", format!("127.0.0.1:{http}"))
        .env("SIGNALBOX_SANDBOX_BIND", format!("127.0.0.1:{simulator}"))
        .env("SIGNALBOX_SANDBOX_SMTP_BIND", "127.0.0.1:0")
        .envs(QUICK);
    let ended = Ended::of(&command.output().unwrap());
    let log = || std::fs::read_to_string(author.path("pigeon/up.log")).unwrap_or_default();
    assert!(ended.success, "{}\n{}\n---- up.log ----\n{}", ended.out, ended.err, log());

    let mut rest = ended.out.as_str();
    for block in &blocks {
        let Block::Output(lines) = block else { continue };
        for line in lines.lines() {
            let parts: Vec<&str> = line.split('…').collect();
            let found = rest.split_inclusive('\n').position(|it| in_order(it, &parts));
            let found = found.unwrap_or_else(|| panic!("`{line}` does not come in what is left:\n{rest}"));
            let skipped: usize = rest.split_inclusive('\n').take(found + 1).map(str::len).sum();
            rest = &rest[skipped..];
        }
    }
}

/// Every fenced block says what it is for, so that none goes untested.
fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = page;
    let mut comment = None;
    while let Some((line, after)) = rest.split_once('\n') {
        rest = after;
        if let Some(text) = line.strip_prefix("<!-- ").and_then(|line| line.strip_suffix(" -->")) {
            comment = Some(text);
        } else if line.starts_with("```") {
            let (text, after) = rest.split_once("\n```\n").expect("the block is closed");
            rest = after;
            let comment = comment.take().unwrap_or_else(|| panic!("nothing says what this block is for:\n{text}"));
            blocks.push(match comment.split_once(": ") {
                None if comment == "run" => Block::Run(text),
                None if comment == "output" => Block::Output(text),
                Some(("file", name)) => Block::File(name, text),
                Some(("excerpt", name)) => Block::Excerpt(name, text),
                _ => panic!("`{comment}` is unknown"),
            });
        }
    }
    blocks
}

/// What somebody types who follows the page. Whatever runs in the background ends with it.
fn script(blocks: &[Block<'_>]) -> String {
    let mut script = "set -eu -o pipefail\ntrap 'kill $(jobs -p) 2> /dev/null || true; wait' EXIT\n".to_owned();
    for block in blocks {
        match block {
            Block::Run(text) => writeln!(script, "{text}").unwrap(),
            Block::File(name, text) => writeln!(script, "cat > {name} <<'END_OF_FILE'\n{text}\nEND_OF_FILE").unwrap(),
            Block::Excerpt(name, text) => {
                let check = "process.exit(require('fs').readFileSync(process.argv[1], 'utf8')\
                             .includes(require('fs').readFileSync(0, 'utf8')) ? 0 : 1)";
                writeln!(
                    script,
                    "node -e \"{check}\" {name} <<'END_OF_EXCERPT' || {{ echo 'not in {name}'; exit 1; }}"
                )
                .unwrap();
                writeln!(script, "{text}\nEND_OF_EXCERPT").unwrap();
            }
            Block::Output(_) => {}
        }
    }
    script
}

fn in_order(line: &str, parts: &[&str]) -> bool {
    let mut rest = line;
    parts.iter().all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

/// A port that nobody listens on just now.
fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}
