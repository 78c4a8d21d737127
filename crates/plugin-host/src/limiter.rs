//! Bounds the memory of one call, and remembers having done so: a guest whose allocation is
//! refused ends in the same `unreachable` trap as one that panics.

use wasmtime::ResourceLimiter;

#[derive(Debug)]
pub(crate) struct MemoryLimiter {
    limit: usize,
    left: usize,
    refused: bool,
}

impl MemoryLimiter {
    pub fn new(limit: usize) -> Self {
        Self { limit, left: limit, refused: false }
    }

    /// How much the call has, in bytes. Memory never shrinks, so at the end this is the most it had.
    pub fn used(&self) -> usize {
        self.limit - self.left
    }

    /// Whether memory was asked for beyond the limit.
    pub fn has_refused(&self) -> bool {
        self.refused
    }
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let growth = desired.saturating_sub(current);
        let fits = growth <= self.left;
        if fits {
            self.left -= growth;
        } else {
            self.refused = true;
        }
        Ok(fits)
    }

    fn table_growing(&mut self, _: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        // The pool bounds tables as well; a module says its own maximum.
        Ok(maximum.is_none_or(|maximum| desired <= maximum))
    }
}
