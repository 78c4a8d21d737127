//! Puts what `scripts/console build` made into the binary, each file compressed once and for all.

use std::{env, path::Path};

const BUILT: &str = "../../web/dist/console";

fn main() {
    println!("cargo::rustc-check-cfg=cfg(built)");
    // The folder above it is always there: Cargo takes what is missing for changed, each time.
    println!("cargo::rerun-if-changed=../../web/dist");
    if Path::new(BUILT).join("index.html").exists() {
        println!("cargo::rustc-cfg=built");
        memory_serve::load_directory(BUILT);
    } else if env::var("PROFILE").as_deref() == Ok("release") {
        // Nobody should find out in production that there is no console.
        println!("cargo::error=the console is not built: run `scripts/console build`, or build --no-default-features");
    }
}
