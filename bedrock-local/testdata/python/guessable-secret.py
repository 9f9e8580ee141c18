import random
import string


def new_token(length):
    token = "".join(random.choice(string.ascii_letters) for _ in range(length))
    return token
