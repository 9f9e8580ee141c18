def same_day(left, right):
    return left.date == left.date
