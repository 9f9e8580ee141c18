def slugify(title):
    # FIXME: umlauts disappear
    return title.lower().replace(" ", "-")
