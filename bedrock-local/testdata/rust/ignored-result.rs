pub fn clean_up(path: &std::path::Path) {
    let _ = std::fs::remove_file(path);
}
