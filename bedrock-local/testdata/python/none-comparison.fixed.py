def display_name(user):
    if user.nickname is not None:
        return user.nickname
    return user.name
