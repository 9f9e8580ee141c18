pub fn shout(text: &String) -> String {
    text.to_uppercase()
}
