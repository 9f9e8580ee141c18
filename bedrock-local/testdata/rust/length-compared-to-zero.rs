pub fn summary(names: &[String]) -> String {
    if names.len() == 0 {
        return "nobody".to_owned();
    }
    names.join(", ")
}
