"""The report program, run as Lambda runs it: with a Runtime API that hands out events."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import time

from . import ACCOUNT, REGION, TIMEOUT
from .listener import Listener


def lambda_variables(api):
    """The environment variables that Lambda sets for a function."""
    return {"AWS_LAMBDA_RUNTIME_API": api, "AWS_LAMBDA_FUNCTION_NAME": "report", "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_LOG_GROUP_NAME": "/report", "AWS_LAMBDA_LOG_STREAM_NAME": "report",
            "AWS_REGION": REGION, "AWS_SECRET_ACCESS_KEY": "local"}  # fmt: skip


class Function:
    """A running program and its Runtime API. Both end with the `with` block."""

    def __init__(self, program, variables):
        self.events, self.outcomes = queue.Queue(), queue.Queue()
        self.api = Listener({"GET": self.next_event, "POST": self.record_outcome})
        self.out, self.err = (tempfile.TemporaryFile("w+") for _ in range(2))
        # The program inherits no variable: this machine's profile is not Lambda's.
        self.process = subprocess.Popen([program], env=lambda_variables(self.api.address) | variables, stdin=subprocess.DEVNULL,
                                        stdout=self.out, stderr=self.err)  # fmt: skip

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.api.stop()
        self.out.close()
        self.err.close()

    def invoke(self, event):
        """Sends an event. Returns the program's answer, which must not be an error."""
        kind, body = self.send(event)
        if kind != "response":
            sys.exit(f"The program must answer the event {event}, but it ended with the {kind}:\n{body}\n{self.log()}")
        return body

    def invoke_error(self, event):
        """Sends an event. Returns the message of the program's error; an answer must not come."""
        kind, body = self.send(event)
        if kind != "error" or not body.get("errorType"):
            sys.exit(f"The program must refuse the event {event}, but it ended with the {kind}:\n{body}\n{self.log()}")
        return body["errorMessage"]

    def send(self, event):
        """Sends an event, and waits for its outcome."""
        self.events.put(event)
        for _ in range(TIMEOUT * 10):
            with contextlib.suppress(queue.Empty):
                return self.outcomes.get(timeout=0.1)
            if self.process.poll() is not None:
                sys.exit(f"The program ended with status {self.process.returncode}:\n{self.log()}")
        return sys.exit(f"The program posted no outcome for {TIMEOUT} seconds:\n{self.log()}")

    def log(self):
        """The output so far: CloudWatch's log has both streams."""
        return self.written(self.out) + self.written(self.err)

    def metrics(self, wanted):
        """Waits for this number of metrics lines on standard output, and returns them."""
        for _ in range(TIMEOUT):
            lines = [json.loads(line) for line in self.written(self.out).splitlines() if '"_aws":' in line]
            if len(lines) >= wanted:
                break
            time.sleep(0.1)
        return lines

    @staticmethod
    def written(file):
        """The whole content of a file, without moving the position that the program shares."""
        size = os.fstat(file.fileno()).st_size
        return os.pread(file.fileno(), size, 0).decode()

    def next_event(self, _path, _body):
        """Waits for the next event, and returns it."""
        return 200, json.dumps(self.events.get()).encode(), {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + TIMEOUT) * 1000)),
            "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
            "Lambda-Runtime-Invoked-Function-Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:report"}  # fmt: skip

    def record_outcome(self, path, body):
        """Records the outcome of an event."""
        self.outcomes.put((path.rsplit("/", 1)[1], json.loads(body)))
        return 202, b"", {}
