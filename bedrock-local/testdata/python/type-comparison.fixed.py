def flatten(value):
    if isinstance(value, list):
        return [leaf for part in value for leaf in flatten(part)]
    return [value]
