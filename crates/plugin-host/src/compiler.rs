//! Where plugins are compiled.
//!
//! Compiling takes some sixty megabytes for a moment, which a long-running process would keep. So a process of its own
//! does it where there is a program for it: [`compile`] is all that program has to call.

use std::{
    io::{self, Read, Write},
    path::PathBuf,
    process::{Command, Stdio},
    thread,
};

use wasmtime::Engine;

use crate::engine;

/// A program that calls [`compile`].
#[derive(Clone, Debug)]
pub struct Compiler {
    /// The program.
    pub program: PathBuf,
    /// What it is called with.
    pub arguments: Vec<String>,
}

/// Why a component was not compiled in this process.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// It could not be read, or the code could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The engine refuses it.
    #[error("{0}")]
    Engine(String),
}

/// Compiles the component that `from` gives, and writes the code to `to`.
pub fn compile(mut from: impl Read, mut to: impl Write) -> Result<(), CompileError> {
    let mut component = Vec::new();
    from.read_to_end(&mut component)?;
    let code = engine::compiler()
        .and_then(|engine| engine.precompile_component(&component))
        .map_err(|error| CompileError::Engine(format!("{error:#}")))?;
    to.write_all(&code)?;
    Ok(to.flush()?)
}

/// The code of a component, compiled in a process of its own if there is a program and it works, and here otherwise.
pub(crate) fn code_of(component: &[u8], apart: Option<&Compiler>, engine: &Engine) -> wasmtime::Result<Vec<u8>> {
    match apart.map(|compiler| compiler.run(component)) {
        Some(Ok(code)) => return Ok(code),
        // What is wrong with the component is said below.
        Some(Err(error)) => tracing::debug!(%error, "a plugin was not compiled in a process of its own"),
        None => {}
    }
    engine.precompile_component(component)
}

impl Compiler {
    fn run(&self, component: &[u8]) -> io::Result<Vec<u8>> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut input = child.stdin.take().expect("it is piped");
        // The child reads everything before it writes anything, so the two cannot wait for each other.
        let sent = thread::scope(|scope| scope.spawn(move || input.write_all(component)).join());
        let output = child.wait_with_output()?;
        sent.unwrap_or_else(|_| Err(io::Error::other("sending the component panicked")))?;
        if !output.status.success() {
            return Err(io::Error::other(format!("the compiler ended with {}", output.status)));
        }
        Ok(output.stdout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use egress::Egress;
    use std::hash::{DefaultHasher, Hash, Hasher};

    fn hash(engine: &Engine) -> u64 {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn code_compiled_apart_is_what_the_host_runs() {
        let cache = tempfile::tempdir().unwrap();
        let config = Config::new(cache.path(), Egress::new(egress::Config::default()).unwrap());
        let host = engine::start(&config).unwrap();
        assert_eq!(hash(&engine::compiler().unwrap()), hash(&host));
    }

    #[test]
    fn a_compiler_that_does_not_work_is_replaced() {
        let cache = tempfile::tempdir().unwrap();
        let config = Config::new(cache.path(), Egress::new(egress::Config::default()).unwrap());
        let engine = engine::start(&config).unwrap();
        let component = br"(component)";
        for program in ["/bin/false", "/does/not/exist"] {
            let broken = Compiler { program: program.into(), arguments: Vec::new() };
            assert!(broken.run(component).is_err());
        }
        let mut code = Vec::new();
        let nonsense = compile(&component[..3], &mut code).unwrap_err();
        assert!(matches!(nonsense, CompileError::Engine(_)), "{nonsense}");
        let broken = Compiler { program: "/bin/false".into(), arguments: Vec::new() };
        let wat = wat::parse_bytes(component).unwrap();
        assert_eq!(code_of(&wat, Some(&broken), &engine).unwrap(), code_of(&wat, None, &engine).unwrap());
    }
}
