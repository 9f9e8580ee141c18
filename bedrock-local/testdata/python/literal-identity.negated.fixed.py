def is_guest(name):
    return name != "admin"
