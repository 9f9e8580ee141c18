def match(orders, stock, rules):
    for order in orders:
        if order.open:
            for item in order.items:
                if item.sku in stock:
                    for rule in rules:
                        if rule.allows(item):
                            stock[item.sku] -= 1
                            yield order, item
