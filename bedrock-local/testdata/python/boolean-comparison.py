def visible(posts):
    shown = []
    for post in posts:
        if post.published == True and post.deleted == False:
            shown.append(post)
    return shown
