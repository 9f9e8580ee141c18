def average(values):
    if not values:
        return 0
        log_empty()
    return sum(values) / len(values)
