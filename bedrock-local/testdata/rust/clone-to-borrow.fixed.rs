pub fn send(mailer: &Mailer, text: String) {
    mailer.deliver(&text);
    mailer.archive(text);
}
