fun greeting(user: User): String {
    val name = user.name.trim()
    return "Hello $name"
}
