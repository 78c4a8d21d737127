//! The allocator of a plugin, made for an instance that lives for one call.
//!
//! A call allocates some hundred small things and ends; giving them back is work for nobody. So the
//! first of them come one after another from a piece of memory that is there from the start: no
//! search, no `memory.grow`, and few pages that the host has to clean up. What does not fit any
//! more goes to the ordinary allocator, which frees: a call that runs through large answers does
//! not pile them up.
#![expect(unsafe_code, reason = "an allocator hands out addresses")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, UnsafeCell};
use std::ptr;

/// Several times what reading a webhook of a few KB takes.
const SIZE: usize = 32 << 10;

/// Alignment of the piece itself; larger ones are left to the ordinary allocator.
const ALIGN: usize = 16;

#[repr(align(16))]
struct Piece(UnsafeCell<[u8; SIZE]>);

/// Allocates from the piece first.
struct Heap {
    piece: Piece,
    /// How much of the piece is given away.
    used: Cell<usize>,
}

// SAFETY: there is one thread, as the target has no atomics.
#[cfg(target_family = "wasm")]
unsafe impl Sync for Heap {}

#[cfg(target_family = "wasm")]
#[global_allocator]
static HEAP: Heap = Heap::new();

impl Heap {
    #[expect(clippy::large_stack_arrays, reason = "it is made for a static; on no stack of a plugin")]
    const fn new() -> Self {
        Self { piece: Piece(UnsafeCell::new([0; SIZE])), used: Cell::new(0) }
    }

    fn start(&self) -> *mut u8 {
        self.piece.0.get().cast()
    }

    /// Where in the piece an address lies, if it does.
    fn offset(&self, address: *mut u8) -> Option<usize> {
        let offset = address.addr().wrapping_sub(self.start().addr());
        (offset < SIZE).then_some(offset)
    }

    /// A place in the piece, if there is one left.
    fn take(&self, layout: Layout) -> Option<*mut u8> {
        if layout.align() > ALIGN {
            return None;
        }
        let from = self.used.get().next_multiple_of(layout.align());
        let to = from.checked_add(layout.size()).filter(|to| *to <= SIZE)?;
        self.used.set(to);
        // SAFETY: `from` is at most `SIZE`.
        Some(unsafe { self.start().add(from) })
    }

    /// Whether `size` bytes at `offset` are what was given away last.
    fn is_last(&self, offset: usize, size: usize) -> bool {
        offset + size == self.used.get()
    }
}

// SAFETY: places in the piece do not overlap, as `used` only shrinks to the start of the last one
// when that is freed; any other address is the ordinary allocator's own.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are what `System` asks for.
        self.take(layout).unwrap_or_else(|| unsafe { System.alloc(layout) })
    }

    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        match self.offset(address) {
            Some(offset) if self.is_last(offset, layout.size()) => self.used.set(offset),
            Some(_) => {}
            // SAFETY: it did not come from the piece, so it came from there.
            None => unsafe { System.dealloc(address, layout) },
        }
    }

    unsafe fn realloc(&self, address: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Some(offset) = self.offset(address) else {
            // SAFETY: as above.
            return unsafe { System.realloc(address, layout, size) };
        };
        // A text or a list that is being written grows where it is.
        if self.is_last(offset, layout.size()) && offset.checked_add(size).is_some_and(|end| end <= SIZE) {
            self.used.set(offset + size);
            return address;
        }
        if size <= layout.size() {
            return address;
        }
        // SAFETY: the caller promises that `size` is valid with this alignment, which is not zero.
        let moved = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !moved.is_null() {
            // SAFETY: both hold the old size, and what is new does not overlap what is in use.
            unsafe { ptr::copy_nonoverlapping(address, moved, layout.size()) };
            // SAFETY: the caller gave the old place up.
            unsafe { self.dealloc(address, layout) };
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was allocated, and the byte it is filled with.
    struct Block {
        address: *mut u8,
        layout: Layout,
        mark: u8,
    }

    impl Block {
        fn new(heap: &Heap, size: usize, align: usize, mark: u8) -> Self {
            let layout = Layout::from_size_align(size, align).unwrap();
            // SAFETY: the size is not zero.
            let address = unsafe { heap.alloc(layout) };
            let block = Self { address, layout, mark };
            block.fill();
            block
        }

        fn fill(&self) {
            assert!(self.address.addr().is_multiple_of(self.layout.align()));
            // SAFETY: the heap gave this place.
            unsafe { self.address.write_bytes(self.mark, self.layout.size()) };
        }

        /// Nobody else wrote into its first `size` bytes.
        fn check(&self, size: usize) {
            // SAFETY: as above, and `fill` wrote all of it.
            let bytes = unsafe { std::slice::from_raw_parts(self.address, size) };
            assert!(bytes.iter().all(|byte| *byte == self.mark));
        }

        fn resize(&mut self, heap: &Heap, size: usize) {
            // SAFETY: it is the heap's, with this layout.
            self.address = unsafe { heap.realloc(self.address, self.layout, size) };
            self.check(size.min(self.layout.size()));
            self.layout = Layout::from_size_align(size, self.layout.align()).unwrap();
            self.fill();
        }

        fn free(self, heap: &Heap) {
            self.check(self.layout.size());
            // SAFETY: it is the heap's, with this layout.
            unsafe { heap.dealloc(self.address, self.layout) };
        }
    }

    #[test]
    fn blocks_keep_what_is_in_them_whatever_happens_to_others() {
        let heap = Box::new(Heap::new());
        let mut blocks: Vec<Block> = Vec::new();
        // Knuth's generator (MMIX): any will do that is the same every time.
        let mut random = 1_u64;
        let mut below = |limit: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(random >> 33).unwrap() % limit
        };
        for step in 0..20_000 {
            match below(4) {
                0 | 1 => {
                    let (most, align) = (1 << below(13), 1 << below(7));
                    let size = 1 + below(most);
                    blocks.push(Block::new(&heap, size, align, u8::try_from(step % 251).unwrap()));
                }
                2 if !blocks.is_empty() => {
                    let (which, size) = (below(blocks.len()), 1 + below(4_000));
                    blocks[which].resize(&heap, size);
                }
                _ if !blocks.is_empty() => {
                    // The last one rather often, as programs do.
                    let which = if below(2) == 0 { blocks.len() - 1 } else { below(blocks.len()) };
                    blocks.swap_remove(which).free(&heap);
                }
                _ => {}
            }
        }
        for block in blocks {
            block.free(&heap);
        }
    }

    #[test]
    fn what_grows_last_grows_in_place_and_its_room_is_used_again() {
        let heap = Box::new(Heap::new());
        let mut text = Block::new(&heap, 100, 1, 1);
        let address = text.address;
        text.resize(&heap, 10_000);
        assert_eq!(text.address, address);
        text.free(&heap);
        let next = Block::new(&heap, 8, 1, 2);
        assert_eq!(next.address, address);
        next.free(&heap);
    }

    #[test]
    fn what_does_not_fit_comes_from_elsewhere_and_goes_back_there() {
        let heap = Box::new(Heap::new());
        let fits = Block::new(&heap, SIZE, ALIGN, 1);
        let mut large = Block::new(&heap, SIZE + 1, 1, 2);
        let small = Block::new(&heap, 1, 1, 3);
        assert!(heap.offset(fits.address).is_some());
        assert!([&large, &small].iter().all(|block| heap.offset(block.address).is_none()));
        large.resize(&heap, 10);
        fits.free(&heap);
        large.free(&heap);
        small.free(&heap);
        assert_eq!(heap.used.get(), 0);
    }
}
