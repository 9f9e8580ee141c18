class Registry:
    def register(self, name, *, tags: dict = None, active=True):
        if tags is None:
            tags = {}
        tags["active"] = active
        self.entries[name] = tags
