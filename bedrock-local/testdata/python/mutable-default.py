def add_item(item, basket=[]):
    basket.append(item)
    return basket
