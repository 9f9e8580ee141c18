fun sum(values: IntArray): Int {
    var total = 0
    for (i in 0 until values.size) {
        total += values[i]
    }
    return total
}
