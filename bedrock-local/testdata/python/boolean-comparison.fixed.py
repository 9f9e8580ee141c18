def visible(posts):
    shown = []
    for post in posts:
        if post.published and not post.deleted:
            shown.append(post)
    return shown
