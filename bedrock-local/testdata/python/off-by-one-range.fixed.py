def pairs(items):
    found = []
    for i in range(len(items)):
        found.append((i, items[i]))
    return found
