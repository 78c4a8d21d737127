//! How the process deals with memory.

/// Has large blocks go back to the system as soon as they are freed.
///
/// The C library of GNU keeps blocks of a size that it has once seen freed: the 19 MiB that the hash of a password takes
/// for some milliseconds would stay with the process for good.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "a C function that takes two numbers; called before there is another thread")]
pub fn return_large_blocks() {
    // SAFETY: `mallopt` (mallopt(3)) only sets a parameter of the allocator, and nobody else does so.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 1 << 20);
    }
}

/// Other C libraries do so by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub const fn return_large_blocks() {}
