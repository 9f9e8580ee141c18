def status_text(code):
    if code is 404:
        return "not found"
    return "ok"
