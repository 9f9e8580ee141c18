def read_lines(path):
    handle = open(path, encoding="utf-8")
    lines = handle.readlines()
    handle.close()
    return lines
