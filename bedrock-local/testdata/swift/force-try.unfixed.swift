func pattern() -> NSRegularExpression {
    return try! NSRegularExpression(pattern: "[a-z]+")
}
