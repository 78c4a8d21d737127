//! The wasmtime engine: how plugins are compiled, where their memory comes from, and the clock
//! that counts their time on the CPU.

use std::thread;
use std::time::Duration;

use wasmtime::{Engine, InstanceAllocationStrategy, PoolingAllocationConfig, RegallocAlgorithm, Strategy};

use crate::config::Config;

/// One tick of CPU time. Short enough to share two cores fairly, long enough to cost nothing.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// A component made from one module has three core instances and one memory; those that bring an
/// interpreter along as a library of its own have more, QuickJS for example thirteen and three. The
/// instances are only counted; for a memory four GiB of address space are reserved, of which a process
/// has 128 TiB. Whatever their number, all memories of a call have together what its limit says.
const CORE_INSTANCES_PER_PLUGIN: u32 = 16;
const MEMORIES_PER_PLUGIN: u32 = 3;
const TABLES_PER_PLUGIN: u32 = 4;
const TABLE_ELEMENTS: usize = 20_000;
const WASM_STACK: usize = 512 << 10;
const FIBER_STACK: usize = 1 << 20;
/// As much of a memory is reset by writing over it; the rest is given back, and costs the next call
/// a page fault for each page that it touches. Plugins of our SDK have all that a short call touches
/// in here (`build::small_stack`, and the SDK's allocator). Every place in the pool that was ever
/// used keeps as much.
///
/// Not by `PAGEMAP_SCAN`, which would spare the writing: as wasmtime 48 uses it, a page that the
/// kernel has swapped out would reach the next call as the last one left it.
const MEMORY_KEEP_RESIDENT: usize = 256 << 10;
/// Tables are small and touched from the start.
const TABLE_KEEP_RESIDENT: usize = 128 << 10;

/// An engine for `config` and the thread that ticks it, which ends when the engine does.
pub(crate) fn start(config: &Config) -> wasmtime::Result<Engine> {
    let engine = Engine::new(&settings(config))?;
    let ticked = engine.weak();
    thread::Builder::new().name("plugin-ticks".to_owned()).spawn(move || {
        while let Some(engine) = ticked.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    })?;
    Ok(engine)
}

/// An engine that compiles what [`start`]'s runs, and runs nothing itself.
pub(crate) fn compiler() -> wasmtime::Result<Engine> {
    Engine::new(&code())
}

fn settings(config: &Config) -> wasmtime::Config {
    let calls = config.max_concurrent_calls;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .total_core_instances(calls * CORE_INSTANCES_PER_PLUGIN)
        .total_memories(calls * MEMORIES_PER_PLUGIN)
        .total_tables(calls * TABLES_PER_PLUGIN)
        .total_stacks(calls)
        .max_core_instances_per_component(CORE_INSTANCES_PER_PLUGIN)
        .max_memories_per_component(MEMORIES_PER_PLUGIN)
        .max_tables_per_component(TABLES_PER_PLUGIN)
        .max_memory_size(config.limits.memory)
        .table_elements(TABLE_ELEMENTS)
        .linear_memory_keep_resident(MEMORY_KEEP_RESIDENT)
        .table_keep_resident(TABLE_KEEP_RESIDENT);

    let mut settings = code();
    settings.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    settings
}

/// What decides how the compiled code looks.
fn code() -> wasmtime::Config {
    let mut settings = wasmtime::Config::new();
    settings
        .strategy(Strategy::Cranelift)
        .cranelift_regalloc_algorithm(RegallocAlgorithm::Backtracking)
        .memory_init_cow(true)
        .epoch_interruption(true)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(FIBER_STACK)
        // Bookkeeping for several calls inside one store, which a fresh store per call never has.
        .concurrency_support(false)
        // The same call must end the same way when it is replayed on another machine.
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true);
    settings
}
