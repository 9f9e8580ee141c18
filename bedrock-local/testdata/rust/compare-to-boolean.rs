pub fn greet(user: &User) -> &'static str {
    if user.is_admin() == true {
        return "welcome back";
    }
    "hello"
}
