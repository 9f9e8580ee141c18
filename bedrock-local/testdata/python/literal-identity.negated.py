def is_guest(name):
    return name is not "admin"
