def report(orders):
    started = now()
    lines = [order.summary() for order in orders]
    return "\n".join(lines)
