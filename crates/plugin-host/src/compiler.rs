//! Where plugins are compiled: in a process of its own, which may use only so much.
//!
//! Compiling takes some sixty megabytes for a moment, which a long-running process would keep. And
//! a file of a few megabytes can be made so that compiling it takes minutes, or all the memory
//! there is. So another process does it where there is a program for it ([`compile`] is all that
//! program has to call), under limits of the operating system on its time and its memory. What the
//! limits refuse is refused for good, and is not tried here again.
//!
//! The host sends the limits (two numbers of eight bytes) and the component. The compiler keeps to
//! the limits, greets, reads the component, and ends with one byte that says how it went, and the
//! code or the reason. A program that does not greet is no compiler.

use std::{
    io::{self, Read, Write},
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use nix::sys::{
    resource::{Resource, getrlimit, setrlimit},
    signal::Signal,
};
use wasmtime::Engine;

use crate::engine;

/// What a compiler says before it reads anything of the component.
const GREETING: &[u8] = b"signalbox compiler\n";
/// Followed by the code.
const COMPILED: u8 = 1;
/// Followed by what is wrong with the component.
const REFUSED: u8 = 2;

/// All that a compiler finds in its environment: it reads a stranger's file, so the keys that this
/// process was given are none of its business. Few threads, so that the memory it needs does not
/// grow with the machine.
const ENVIRONMENT: [(&str, &str); 2] = [("RAYON_NUM_THREADS", "4"), ("TOKIO_WORKER_THREADS", "1")];

/// A program that calls [`compile`].
#[derive(Clone, Debug)]
pub struct Compiler {
    /// The program.
    pub program: PathBuf,
    /// What it is called with.
    pub arguments: Vec<String>,
}

/// What compiling one plugin may use. Several times what the largest accepted file takes, if it is
/// not made to take more.
#[derive(Clone, Copy, Debug)]
struct Budget {
    /// Time on the processors, all threads together, in whole seconds.
    cpu: u64,
    /// Time from start to end.
    wall: Duration,
    /// Address space, in bytes.
    memory: u64,
    /// Largest code, in bytes.
    code: u64,
}

impl Budget {
    const STANDARD: Self = Self { cpu: 180, wall: Duration::from_mins(6), memory: 2 << 30, code: 256 << 20 };
}

/// Why a component was not compiled in a process of its own.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The component could not be read, or the code could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// There is no compiler, or something else under its name.
    #[error("there is no compiler: {0}")]
    Absent(String),
    /// The engine refuses the component.
    #[error("{0}")]
    Engine(String),
    /// It needed too much time on the processor.
    #[error("compiling it takes more than {limit} s of processor time")]
    CpuLimit {
        /// The limit, in seconds.
        limit: u64,
    },
    /// It took too long.
    #[error("compiling it takes longer than {} s", limit.as_secs_f32())]
    WallLimit {
        /// The limit.
        limit: Duration,
    },
    /// The code is too large.
    #[error("its code is larger than {limit} bytes")]
    CodeTooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The compiler broke, as it does when memory is refused to it.
    #[error("the compiler broke on it ({status}), perhaps for want of more than {limit} bytes of memory")]
    Broken {
        /// How its process ended.
        status: ExitStatus,
        /// How much memory it may use.
        limit: u64,
    },
}

/// Compiles the component that `from` gives, and writes the code to `to`.
///
/// For the `main` of a process of its own: the limits that come first in `from` hold for the whole
/// process from then on.
pub fn compile(mut from: impl Read, mut to: impl Write) -> Result<(), CompileError> {
    let mut limits = [[0; 8]; 2];
    from.read_exact(limits.as_flattened_mut())?;
    let [cpu, memory] = limits.map(u64::from_le_bytes);
    limit_this_process(cpu, memory)?;
    to.write_all(GREETING)?;
    to.flush()?;
    let mut component = Vec::new();
    from.read_to_end(&mut component)?;
    match engine::compiler().and_then(|engine| engine.precompile_component(&component)) {
        Ok(code) => {
            to.write_all(&[COMPILED])?;
            to.write_all(&code)?;
        }
        Err(error) => {
            to.write_all(&[REFUSED])?;
            write!(to, "{error:#}")?;
        }
    }
    Ok(to.flush()?)
}

/// For ever: who is limited cannot take it back. Leaves lower limits that hold already.
fn limit_this_process(cpu: u64, memory: u64) -> io::Result<()> {
    let limit = |resource, soft: u64, hard: u64| {
        let (_, highest) = getrlimit(resource)?;
        setrlimit(resource, soft.min(highest), hard.min(highest))
    };
    limit(Resource::RLIMIT_CORE, 0, 0)?;
    // At the soft limit comes the signal that tells this end from others.
    limit(Resource::RLIMIT_CPU, cpu, cpu + 1)?;
    // Elsewhere the address space cannot be limited; time can.
    if cfg!(target_os = "linux") {
        limit(Resource::RLIMIT_AS, memory, memory)?;
    }
    Ok(())
}

/// The code of a component, compiled in a process of its own if there is a program for it, and here
/// otherwise.
pub(crate) fn code_of(component: &[u8], apart: Option<&Compiler>, engine: &Engine) -> wasmtime::Result<Vec<u8>> {
    code_within(component, apart, engine, &Budget::STANDARD)
}

fn code_within(
    component: &[u8],
    apart: Option<&Compiler>,
    engine: &Engine,
    budget: &Budget,
) -> wasmtime::Result<Vec<u8>> {
    match apart.map(|compiler| compiler.run(component, budget)) {
        Some(Ok(code)) => Ok(code),
        Some(Err(error @ CompileError::Absent(_))) => {
            tracing::warn!(%error, "a plugin is compiled in this process, without limits");
            engine.precompile_component(component)
        }
        // Not here after all: what was too much for a process with limits would be too much for one
        // without.
        Some(Err(error)) => Err(wasmtime::Error::msg(error.to_string())),
        None => engine.precompile_component(component),
    }
}

impl Compiler {
    fn run(&self, component: &[u8], budget: &Budget) -> Result<Vec<u8>, CompileError> {
        let started = Instant::now();
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .env_clear()
            .envs(ENVIRONMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| CompileError::Absent(error.to_string()))?;
        let input = child.stdin.take().expect("it is piped");
        let output = child.stdout.take().expect("it is piped");
        // Two threads, as it may stop reading or writing at any time; both end when it does.
        let (answer, status) = thread::scope(|scope| {
            let (tell, told) = mpsc::channel();
            // Whoever does not listen has its reasons, and its answer, or its end, tells them.
            scope.spawn(move || send(input, component, budget).ok());
            scope.spawn(move || tell.send(receive(output, budget)).ok());
            let answer = told
                .recv_timeout(budget.wall)
                .map_err(|_| CompileError::WallLimit { limit: budget.wall })
                .and_then(|answer| answer);
            if answer.is_err() {
                stop(&mut child);
            }
            (answer, end(&mut child, started + budget.wall))
        });
        read(&answer?, status?, budget)
    }
}

/// A process that has ended already cannot be stopped, and need not be.
fn stop(child: &mut Child) {
    let _ = child.kill();
}

/// How it ended. It has said what it had to say, so it has no reason to stay.
fn end(child: &mut Child, latest: Instant) -> io::Result<ExitStatus> {
    loop {
        match child.try_wait()? {
            Some(status) => return Ok(status),
            None if Instant::now() >= latest => stop(child),
            None => {}
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn send(mut input: ChildStdin, component: &[u8], budget: &Budget) -> io::Result<()> {
    input.write_all(&budget.cpu.to_le_bytes())?;
    input.write_all(&budget.memory.to_le_bytes())?;
    input.write_all(component)
}

/// Everything the compiler says, if it is not too much.
fn receive(output: ChildStdout, budget: &Budget) -> Result<Vec<u8>, CompileError> {
    let most = budget.code + GREETING.len() as u64 + 1;
    let mut said = Vec::new();
    output.take(most + 1).read_to_end(&mut said)?;
    if said.len() as u64 > most {
        return Err(CompileError::CodeTooLarge { limit: budget.code });
    }
    Ok(said)
}

fn read(said: &[u8], status: ExitStatus, budget: &Budget) -> Result<Vec<u8>, CompileError> {
    let Some(said) = said.strip_prefix(GREETING) else {
        return Err(CompileError::Absent(status.to_string()));
    };
    if status.signal() == Some(Signal::SIGXCPU as i32) {
        return Err(CompileError::CpuLimit { limit: budget.cpu });
    }
    match said.split_first() {
        Some((&COMPILED, code)) if status.success() => Ok(code.to_vec()),
        Some((&REFUSED, reason)) if status.success() => {
            Err(CompileError::Engine(String::from_utf8_lossy(reason).into_owned()))
        }
        _ => Err(CompileError::Broken { status, limit: budget.memory }),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::hash::{DefaultHasher, Hash, Hasher};

    use egress::Egress;
    use tempfile::TempDir;

    use super::*;
    use crate::Config;

    const PLENTY: Budget = Budget { cpu: 30, wall: Duration::from_mins(1), memory: 2 << 30, code: 64 << 20 };

    fn hash(engine: &Engine) -> u64 {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        hasher.finish()
    }

    fn engine() -> (Engine, TempDir) {
        let cache = tempfile::tempdir().unwrap();
        let config = Config::new(cache.path(), Egress::new(egress::Config::default()).unwrap());
        (engine::start(&config).unwrap(), cache)
    }

    /// The program under `examples` that does nothing but [`compile`].
    fn real() -> Compiler {
        let test = std::env::current_exe().unwrap();
        let program = test.parent().unwrap().parent().unwrap().join("examples/compile-plugin");
        assert!(program.exists(), "{} is built by `cargo test`", program.display());
        Compiler { program, arguments: Vec::new() }
    }

    /// A program that runs `script`, in which `$greet` greets.
    fn shell(script: &str) -> Compiler {
        let script = format!("greet='printf signalbox\\040compiler\\n'; {script}");
        Compiler { program: "/bin/sh".into(), arguments: vec!["-c".to_owned(), script] }
    }

    fn empty() -> Vec<u8> {
        wat::parse_str("(component)").unwrap()
    }

    /// A small file that is a lot of work: every variable may come from anywhere.
    fn bomb() -> Vec<u8> {
        let mut body = String::new();
        for step in 0..20_000 {
            let (from, to) = (step * 7 % 300, step * 13 % 300);
            write!(
                body,
                "(if (local.get {from}) (then (local.set {to} (i32.add (local.get {from}) (local.get {to})))))"
            )
            .unwrap();
        }
        wat::parse_str(format!("(component (core module (func (local {}) {body})))", "i32 ".repeat(300))).unwrap()
    }

    #[test]
    fn code_compiled_apart_is_what_the_host_runs() {
        let (engine, _cache) = engine();
        assert_eq!(hash(&engine::compiler().unwrap()), hash(&engine));
        let apart = real().run(&empty(), &Budget::STANDARD).unwrap();
        assert_eq!(apart, engine.precompile_component(&empty()).unwrap());
    }

    #[test]
    fn what_the_engine_refuses_is_refused_in_its_words() {
        let error = real().run(b"\0asm nonsense", &PLENTY).unwrap_err();
        assert!(matches!(&error, CompileError::Engine(reason) if !reason.is_empty()), "{error:?}");
    }

    #[test]
    fn what_is_no_compiler_is_replaced() {
        let (engine, _cache) = engine();
        for broken in [
            Compiler { program: "/does/not/exist".into(), arguments: Vec::new() },
            Compiler { program: "/bin/false".into(), arguments: Vec::new() },
            Compiler { program: "/bin/true".into(), arguments: Vec::new() },
            shell("echo something else"),
            shell("kill -9 $$"),
        ] {
            let error = broken.run(&empty(), &PLENTY).unwrap_err();
            assert!(matches!(error, CompileError::Absent(_)), "{broken:?}: {error:?}");
            assert_eq!(code_of(&empty(), Some(&broken), &engine).unwrap(), code_of(&empty(), None, &engine).unwrap());
        }
    }

    #[test]
    fn a_bomb_is_refused_by_each_limit_and_not_compiled_here_after_all() {
        let (engine, _cache) = engine();
        let bomb = bomb();
        for (budget, reason) in [
            (Budget { cpu: 1, ..PLENTY }, "more than 1 s of processor time"),
            (Budget { wall: Duration::from_millis(300), ..PLENTY }, "longer than 0.3 s"),
            (Budget { memory: 100 << 20, ..PLENTY }, "want of more than 104857600 bytes of memory"),
        ] {
            let started = Instant::now();
            let error = code_within(&bomb, Some(&real()), &engine, &budget).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
            assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
        }
        let error = code_within(&empty(), Some(&real()), &engine, &Budget { code: 100, ..PLENTY }).unwrap_err();
        assert!(error.to_string().contains("larger than 100 bytes"), "{error}");
    }

    #[test]
    fn a_compiler_that_breaks_has_had_its_say() {
        for script in [
            "$greet; exit 0",
            "$greet; exit 1",
            "$greet; kill -9 $$",
            "$greet; kill -11 $$",
            // Neither answer, an answer of a compiler that failed, and none at all.
            "$greet; printf '\\003code'",
            "$greet; printf '\\001code'; exit 101",
            "$greet; printf '\\002reason'; kill -6 $$",
            "$greet; exec cat >/dev/null",
        ] {
            let error = shell(script).run(&empty(), &PLENTY).unwrap_err();
            assert!(matches!(error, CompileError::Broken { .. }), "{script}: {error:?}");
        }
    }

    #[test]
    fn a_compiler_that_does_not_end_is_ended() {
        let budget = Budget { wall: Duration::from_millis(200), ..PLENTY };
        for script in ["exec sleep 100", "$greet; exec sleep 100", "$greet; exec 1>&-; exec sleep 100"] {
            let started = Instant::now();
            let error = shell(script).run(&vec![0; 1 << 20], &budget).unwrap_err();
            let is_expected = matches!(error, CompileError::WallLimit { .. } | CompileError::Broken { .. });
            assert!(is_expected, "{script}: {error:?}");
            assert!(started.elapsed() < Duration::from_secs(20));
        }
        let endless = shell("$greet; exec cat /dev/zero");
        let error = endless.run(&empty(), &Budget { code: 1 << 20, ..PLENTY }).unwrap_err();
        assert!(matches!(error, CompileError::CodeTooLarge { limit: 1_048_576 }), "{error:?}");
    }

    #[test]
    fn a_compiler_learns_nothing_of_its_host() {
        assert!(std::env::vars().count() > 5, "there would be something to learn");
        let error = shell("$greet; printf '\\002'; /usr/bin/env").run(&empty(), &PLENTY).unwrap_err();
        let CompileError::Engine(environment) = error else { panic!("{error:?}") };
        // A shell adds some of its own.
        let names: Vec<_> = environment.lines().filter_map(|line| line.split('=').next()).collect();
        let known = ["RAYON_NUM_THREADS", "TOKIO_WORKER_THREADS", "PWD", "OLDPWD", "SHLVL", "_"];
        assert!(names.iter().all(|name| known.contains(name)), "{environment}");
    }
}
