pub fn greet(user: &User) -> &'static str {
    if user.is_admin() {
        return "welcome back";
    }
    "hello"
}
