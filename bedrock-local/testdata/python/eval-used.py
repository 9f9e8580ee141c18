def parse_option(text):
    return eval(text)
