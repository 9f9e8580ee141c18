"""A sliding-window rate limiter, as a small service would write it first."""

import time


class Limiter:
    def __init__(self, limit, window, hits={}):
        self.limit = limit
        self.window = window
        self.hits = hits

    def allow(self, key, now=None):
        now = now or time.time()
        recent = [t for t in self.hits.get(key, []) if t > now - self.window]
        if len(recent) >= self.limit:
            return False
        recent.append(now)
        self.hits[key] = recent
        return True

    def load(self, path):
        try:
            with open(path) as file:
                for line in file:
                    key, stamp = line.split()
                    self.hits.setdefault(key, []).append(float(stamp))
        except:
            pass

    def busiest(self):
        # Who came most often, for the log.
        best = None
        for key in self.hits:
            if best == None or len(self.hits[key]) > len(self.hits[best]):
                best = key
        return best
