def pairs(items):
    found = []
    for i in range(len(items) + 1):
        found.append((i, items[i]))
    return found
