def numbered(lines):
    result = []
    for i in range(len(lines)):
        result.append(f"{i}: {lines[i]}")
    return result
