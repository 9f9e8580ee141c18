fun summary(names: List<String>): String {
    if (names.isEmpty()) {
        return "nobody"
    }
    return names.joinToString()
}
