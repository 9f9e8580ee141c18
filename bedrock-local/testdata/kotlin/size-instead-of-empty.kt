fun summary(names: List<String>): String {
    if (names.size == 0) {
        return "nobody"
    }
    return names.joinToString()
}
