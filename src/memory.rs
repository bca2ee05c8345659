//! Where the system has no more memory: the standard library would abort, which is a signal to whoever started this process, and no exit
//! code that means anything.
#![expect(unsafe_code, reason = "an allocator has no safe form in std")]

use std::alloc::{GlobalAlloc, Layout, System};

use crate::exit;

/// The system's allocator, which never returns where there is nothing left to allocate.
struct OrEnd;

#[global_allocator]
static ALLOCATOR: OrEnd = OrEnd;

const COMPLAINT: &[u8] = b"importgate: there is no more memory\n  raise the limit (`ulimit -v`, or that of the container), or end what takes it\n";

// SAFETY: the system's allocator does all of it; what it could not allocate is seen by nobody.
unsafe impl GlobalAlloc for OrEnd {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the promises of this very method.
        or_end(unsafe { System.alloc(layout) })
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        or_end(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        or_end(unsafe { System.realloc(pointer, layout, size) })
    }
}

fn or_end(pointer: *mut u8) -> *mut u8 {
    if pointer.is_null() {
        end();
    }
    pointer
}

/// Ends this process in ways that allocate nothing. Its children end with it, and its working folder goes with the next run.
#[cold]
fn end() -> ! {
    // SAFETY: the bytes are there for as long as the program is; neither call takes anything else.
    unsafe {
        libc::write(libc::STDERR_FILENO, COMPLAINT.as_ptr().cast(), COMPLAINT.len());
        libc::_exit(i32::from(exit::CANNOT_MEASURE))
    }
}
