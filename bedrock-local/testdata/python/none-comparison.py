def display_name(user):
    if user.nickname != None:
        return user.nickname
    return user.name
