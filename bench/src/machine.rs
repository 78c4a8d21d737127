//! The machine that figures are true for, and what its processes use, as `/proc` tells it.

use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};
use std::{
    array::from_fn,
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// What the figures were measured on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Processors that the benchmark may use.
    pub cores: usize,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// The processor's model.
    pub cpu: String,
    /// The kernel's release.
    pub kernel: String,
    /// The filesystem that the data was on.
    pub filesystem: String,
    /// The version of PostgreSQL, where one was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postgres: Option<String>,
}

impl Machine {
    /// This machine, with data in `data`.
    pub fn observe(data: &Path) -> anyhow::Result<Self> {
        let info = read("/proc/cpuinfo")?;
        Ok(Self {
            cores: thread::available_parallelism()?.get(),
            memory_mib: kibibytes(&read("/proc/meminfo")?, "MemTotal:").context("/proc/meminfo")? / 1024,
            cpu: field(&info, "model name").or_else(|| field(&info, "Model")).unwrap_or("unknown").to_owned(),
            kernel: format!("Linux {}", read("/proc/sys/kernel/osrelease")?.trim()),
            filesystem: filesystem(&read("/proc/mounts")?, data),
            postgres: None,
        })
    }

    /// The same machine, with this version of PostgreSQL.
    #[must_use]
    pub fn with_postgres(mut self, version: String) -> Self {
        self.postgres = Some(version);
        self
    }
}

/// More of a core than this, used by others, would show in the figures.
const QUIET: f64 = 25.0;
const LOOK: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_mins(30);

/// Waits until nothing else keeps the machine busy: what runs beside a benchmark is measured with it.
pub async fn until_quiet() -> anyhow::Result<()> {
    let begin = Instant::now();
    loop {
        let (before, look) = (busy_time()?, Instant::now());
        tokio::time::sleep(LOOK).await;
        let [used] = shares([before], [busy_time()?], look.elapsed());
        if used < QUIET {
            return Ok(());
        }
        ensure!(begin.elapsed() < PATIENCE, "the machine is busy with something else ({used:.0} % of a core)");
        if begin.elapsed() < 2 * LOOK {
            eprintln!("    waiting for a quiet machine");
        }
    }
}

/// Time that the machine's processors have not been idle, together.
pub fn busy_time() -> anyhow::Result<Duration> {
    parse_busy_time(&read("/proc/stat")?).context("/proc/stat")
}

/// The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal, … (proc(5)).
fn parse_busy_time(stat: &str) -> Option<Duration> {
    let fields = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace();
    let ticks: Vec<u64> = fields.map(str::parse).collect::<Result<_, _>>().ok()?;
    let busy = ticks.get(..8)?.iter().sum::<u64>() - ticks[3] - ticks[4];
    Some(Duration::from_millis(busy * 10))
}

/// Resident memory of a process, in MiB.
pub fn resident_mib(pid: u32) -> anyhow::Result<f64> {
    let kibibytes = kibibytes(&read(&format!("/proc/{pid}/status"))?, "VmRSS:").context("no VmRSS")?;
    Ok(f64::from(u32::try_from(kibibytes)?) / 1024.0)
}

/// Processor time that a process has used.
pub fn processor_time(pid: u32) -> anyhow::Result<Duration> {
    Ok(Usage::parse(&read(&format!("/proc/{pid}/stat"))?).context("/proc/<pid>/stat")?.own)
}

/// Processor time of a process and its children, ended ones included.
pub fn processor_time_of_family(pid: u32) -> anyhow::Result<Duration> {
    let head = Usage::parse(&read(&format!("/proc/{pid}/stat"))?).context("/proc/<pid>/stat")?;
    let mut sum = head.own + head.ended_children;
    for entry in fs::read_dir("/proc")? {
        // Processes come and go while the directory is read.
        let Ok(stat) = fs::read_to_string(entry?.path().join("stat")) else { continue };
        if let Some(usage) = Usage::parse(&stat)
            && usage.parent == pid
        {
            sum += usage.own;
        }
    }
    Ok(sum)
}

/// What processes used between two looks at their processor time, each in percent of a core.
pub fn shares<const N: usize>(before: [Duration; N], after: [Duration; N], elapsed: Duration) -> [f64; N] {
    from_fn(|who| 100.0 * after[who].saturating_sub(before[who]).as_secs_f64() / elapsed.as_secs_f64())
}

/// What `/proc/<pid>/stat` says about processor time.
struct Usage {
    parent: u32,
    own: Duration,
    ended_children: Duration,
}

impl Usage {
    /// The fields after the name, which is in parentheses and may contain any character (proc(5)).
    fn parse(stat: &str) -> Option<Self> {
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |first: usize| -> Option<Duration> {
            let (user, system): (u64, u64) = (fields.get(first)?.parse().ok()?, fields.get(first + 1)?.parse().ok()?);
            // Linux counts in hundredths of a second for programs, whatever it uses itself.
            Some(Duration::from_millis((user + system) * 10))
        };
        Some(Self { parent: fields.get(1)?.parse().ok()?, own: ticks(11)?, ended_children: ticks(13)? })
    }
}

fn read(path: &str) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("{path} (the benchmarks need Linux)"))
}

fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':')).map(str::trim)
}

/// The type of the filesystem that a path is on: that of the mount point with the longest matching path.
fn filesystem(mounts: &str, path: &Path) -> String {
    let mounted = mounts.lines().filter_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        Some((fields.next()?, fields.next()?))
    });
    let found = mounted.filter(|(point, _)| path.starts_with(point)).max_by_key(|(point, _)| point.len());
    found.map_or("unknown", |(_, kind)| kind).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_past_any_name() {
        let stat = "42 (a) b (c)) S 7 42 42 0 -1 4194560 1 2 3 4 150 50 20 5 20 0 9 0 100 200 300";
        let usage = Usage::parse(stat).unwrap();
        assert_eq!((usage.parent, usage.own.as_millis(), usage.ended_children.as_millis()), (7, 2000, 250));
    }

    #[test]
    fn waiting_is_not_being_busy() {
        let stat = "cpu  100 10 40 90000 777 1 2 3 0 0\ncpu0 50 5 20 45000 400 1 1 1 0 0\n";
        assert_eq!(parse_busy_time(stat), Some(Duration::from_millis(1_560)));
        assert_eq!(parse_busy_time("cpu0 1 2 3"), None);
    }

    #[test]
    fn a_path_is_on_the_nearest_mount() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /var/tmp tmpfs rw 0 0\n/dev/b /var xfs rw 0 0\n";
        let of = |path: &str| filesystem(mounts, Path::new(path));
        assert_eq!([of("/home/x"), of("/var/lib"), of("/var/tmp/y")], ["ext4", "xfs", "tmpfs"]);
    }

    #[test]
    fn memory_and_model_are_found() {
        assert_eq!(kibibytes("MemFree: 1 kB\nMemTotal:       24684544 kB\n", "MemTotal:"), Some(24_684_544));
        assert_eq!(field("processor\t: 0\nmodel name\t: A CPU @ 2 GHz\n", "model name"), Some("A CPU @ 2 GHz"));
    }
}
