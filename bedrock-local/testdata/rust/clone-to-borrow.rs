pub fn send(mailer: &Mailer, text: String) {
    mailer.deliver(&text.clone());
    mailer.archive(text);
}
