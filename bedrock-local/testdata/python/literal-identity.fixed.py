def status_text(code):
    if code == 404:
        return "not found"
    return "ok"
