fun port(text: String): Int {
    try {
        return text.toInt()
    } catch (e: NumberFormatException) {
    }
    return 8080
}
