//! Makes the system's allocator give the memory of large files back.

/// From this size on, a buffer is mapped by itself, and returned to the system when it is freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAPPED_FROM: libc::c_int = 256 * 1_024;

/// Fixes the size from which glibc maps a buffer by itself. Call it first in `main`.
///
/// By default, glibc raises this size to that of the largest buffer that was freed, up to 32 MiB (`mallopt(3)`,
/// `M_MMAP_THRESHOLD`). Later buffers are then parts of its heaps, which it returns only from their ends: a server that
/// once received twenty files of 5 MiB kept ten times its memory. Does nothing with other allocators.
pub fn return_large_buffers() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // SAFETY: `mallopt` is thread-safe and only sets a number (mallopt(3)). It fails without an effect.
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
        assert!(resident_pages() < before + (16 << 20) / 4_096, "{} buffers are free", 40);
        assert_eq!(behind.len(), 100_000);
    }
}
