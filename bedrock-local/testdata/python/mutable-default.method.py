class Registry:
    def register(self, name, *, tags: dict = {}, active=True):
        tags["active"] = active
        self.entries[name] = tags
