def add_item(item, basket=None):
    if basket is None:
        basket = []
    basket.append(item)
    return basket
