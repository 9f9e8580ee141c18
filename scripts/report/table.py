"""A table of `codesensei serve` with users, and its content as boto3 and the command show it."""

import collections
import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

from . import TABLE, TIMEOUT
from .services import client


class Table:
    """A table of `codesensei serve` with users. The server ends with the `with` block."""

    def __init__(self, codesensei, folder):
        self.codesensei, self.folder = codesensei, folder
        self.run("seed")
        self.run("seed", "--users", "40", "--days", "2", "--sessions-per-user", "2")
        # The log goes to a file, because a pipe without a reader would fill.
        self.log = Path(folder, "serve.log")
        with self.log.open("w") as log:
            self.server = subprocess.Popen([self.codesensei, "serve", "--data-dir", folder, "--port", "0"], env=path_only(),
                                           stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # fmt: skip
        try:
            url = urllib.parse.urlsplit(self.engine())
            endpoint = f"{url.scheme}://{url.hostname}:{url.port}"
            # The engine requires this key; the other services accept any.
            self.variables = {"AWS_ENDPOINT_URL_DYNAMODB": endpoint, "AWS_ACCESS_KEY_ID": url.username}
            self.read_items(client("dynamodb", endpoint, url.username))
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        stop(self.server)

    def engine(self):
        """Waits for the engine. Returns its URL."""
        file = Path(self.folder, "engine")
        for _ in range(TIMEOUT * 20):
            with contextlib.suppress(OSError, ValueError):  # missing or incomplete
                if (found := json.loads(file.read_text()))["process"] == self.server.pid:
                    return found["url"]
            if self.server.poll() is not None:
                break
            time.sleep(0.05)
        sys.exit(f"`codesensei serve` did not start:\n{self.log.read_text()}")

    def read_items(self, dynamodb):
        """Reads every item once: the costs of each day by user, and the names of users."""
        self.costs, self.names = collections.defaultdict(dict), set()
        for page in dynamodb.get_paginator("scan").paginate(TableName=TABLE):
            for item in page["Items"]:
                if item["et"]["S"] == "daily_usage":
                    self.costs[item["date"]["S"]][item["user_id"]["S"]] = int(item["cost_micros"]["N"])
                elif item["et"]["S"] == "user":
                    self.names |= {item[name]["S"] for name in ("username", "email", "name")}
        indexes = dynamodb.describe_table(TableName=TABLE)["Table"]["GlobalSecondaryIndexes"]
        self.indexes = sorted(index["IndexName"] for index in indexes)

    def query(self, day):
        """The rows of the command for a day."""
        return json.loads(self.run("query", "spend_of_day", "--date", day, "--format", "json"))

    def run(self, *words):
        """The output of a command."""
        done = subprocess.run([self.codesensei, *words, "--data-dir", self.folder], env=path_only(), capture_output=True, text=True,
                              timeout=TIMEOUT, check=False)  # fmt: skip
        if done.returncode != 0:
            sys.exit(f"`codesensei {' '.join(words)}` failed:\n{done.stdout}{done.stderr}")
        return done.stdout


def path_only():
    """An environment without settings of the command."""
    return {"PATH": os.environ["PATH"]}


def stop(process):
    """Ends a process."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
