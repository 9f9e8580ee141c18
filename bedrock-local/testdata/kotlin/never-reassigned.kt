fun greeting(user: User): String {
    var name = user.name.trim()
    return "Hello $name"
}
