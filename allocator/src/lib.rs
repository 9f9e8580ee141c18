//! Makes the system's allocator give the memory of large files back.

/// From this size on, a buffer is mapped by itself, and returned to the system when it is freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAPPED_FROM: libc::c_int = 256 * 1_024;

/// Fixes the size from which glibc maps a buffer by itself. Call it first in `main`, before another thread starts.
///
/// By default, glibc raises this size to that of the largest buffer that was freed, up to 32 MiB (`mallopt(3)`,
/// `M_MMAP_THRESHOLD`). Later buffers are then parts of its heaps, which it returns only from their ends: a server that
/// once received twenty files of 5 MiB kept ten times its memory. Does nothing with other allocators.
pub fn return_large_buffers() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // SAFETY: `mallopt` sets a number under the allocator's lock, and fails without an effect (mallopt(3)). glibc's
        // manual marks it MT-Unsafe, because other threads read the number meanwhile; `main` has started none yet.
        unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_FROM) };
    }
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use super::*;

    /// Resident memory, in pages: the second number of `statm`, see `proc(5)`.
    fn resident_pages() -> usize {
        let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux has it");
        statm.split_whitespace().nth(1).and_then(|pages| pages.parse().ok()).expect("a number")
    }

    #[test]
    fn freed_buffers_return_to_the_system_even_with_a_later_buffer_behind_them() {
        return_large_buffers();
        // A freed buffer of this size would raise the size from which glibc maps buffers.
        drop(vec![1_u8; 24 << 20]);
        let before = resident_pages();
        let buffers: Vec<Vec<u8>> = (0..40).map(|_| vec![1_u8; 2 << 20]).collect();
        let behind = vec![1_u8; 100_000];
        assert!(resident_pages() > before + (60 << 20) / 4_096);
        drop(buffers);
        assert!(resident_pages() < before + (16 << 20) / 4_096, "the freed buffers are still resident");
        assert_eq!(behind.len(), 100_000);
    }
}
