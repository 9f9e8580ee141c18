func sum(_ values: [Int]) -> Int {
    var total = 0
    for i in 0..<values.count {
        total += values[i]
    }
    return total
}
