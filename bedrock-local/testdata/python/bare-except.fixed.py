import json


def load(path):
    with open(path) as handle:
        try:
            return json.load(handle)
        except Exception:
            return {}
