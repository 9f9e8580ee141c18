"""A Lambda program with its Runtime API, which measures the start and the invocations."""

import io
import json
import os
import pathlib
import select
import signal
import socket
import sys
import time

from . import TIMEOUT


class Function:
    """A running program that has requested its first event. It ends with the `with` block."""

    quick_ack = False

    def __init__(self, program, variables, folder):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.connections = {}
        self.log = folder / "log"
        port = self.listener.getsockname()[1]
        runtime = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}", "AWS_LAMBDA_FUNCTION_NAME": "measure",
                   "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
                   "AWS_LAMBDA_LOG_GROUP_NAME": "/measure", "AWS_LAMBDA_LOG_STREAM_NAME": "measure"}
        # The program inherits no variable: this machine's proxy and profile are not Lambda's.
        output = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        actions = [(os.POSIX_SPAWN_DUP2, output, 1), (os.POSIX_SPAWN_DUP2, output, 2)]
        began = time.perf_counter()
        self.process = os.posix_spawn(program, [str(program)], {**runtime, **variables}, file_actions=actions)
        os.close(output)
        try:
            self.await_next()
        except BaseException:
            self.__exit__()
            raise
        self.cold = (self.asked - began) * 1000

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        for connection in self.connections:
            connection.close()
        self.listener.close()

    def rss(self):
        status = pathlib.Path(f"/proc/{self.process}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024

    def invoke(self):
        """Sends one request to the program. Returns the milliseconds until the whole answer has arrived."""
        event = json.dumps(request_event()).encode()
        head = ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                "Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n"
                f"Lambda-Runtime-Deadline-Ms: {int((time.time() + TIMEOUT) * 1000)}\r\n"
                "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0\r\n"
                "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:measure\r\n"
                f"Content-Length: {len(event)}\r\n\r\n").encode()
        began = time.perf_counter()
        self.waiting.sendall(head + event)
        connection, line, body = self.read_request()
        took = (time.perf_counter() - began) * 1000
        connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
        if not line.startswith("POST ") or "/response " not in line or json_head(body).get("statusCode") != 404:
            sys.exit(f"\nThe program must answer GET /measure with 404, but it answered with: {line}\n{body[:500]!r}\n{self.logged()}")
        self.await_next()
        return took

    def await_next(self):
        self.waiting, line, body = self.read_request()
        self.asked = time.perf_counter()
        if not line.startswith("GET /2018-06-01/runtime/invocation/next "):
            sys.exit(f"\nThe program must request an event, but it sent: {line}\n{body[:500]!r}\n{self.logged()}")

    def read_request(self):
        """The next request, on any connection: a program may open a second one."""
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self.listener, *self.connections], [], [], 0.5)
            if not ready and os.waitid(os.P_PID, self.process, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                sys.exit(f"\nThe program ended. Its output:\n{self.logged()}\n"
                         "If it names a variable, add the variable to `environment` in scripts/measure-functions.")
            for connection in ready:
                if connection is self.listener:
                    accepted, _ = self.listener.accept()
                    accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self.connections[accepted] = io.BufferedReader(Received(accepted, self))
                elif request := read_http(self.connections[connection]):
                    return connection, *request
                else:
                    del self.connections[connection]
                    connection.close()
        sys.exit(f"\nThe program sent nothing for {TIMEOUT} seconds. Its output:\n{self.logged()}")

    def logged(self):
        return self.log.read_text(errors="replace")[-2000:]


class Received(io.RawIOBase):
    """The data of a connection. With the function's `quick_ack`, acknowledged without delay."""

    def __init__(self, connection, function):
        self.connection = connection
        self.function = function

    def readable(self):
        return True

    def readinto(self, buffer):
        received = self.connection.recv_into(buffer)
        if self.function.quick_ack:
            # Applies only to the next received data, so it must be set again.
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return received


def read_http(stream):
    """The first line and the body of a request, or None at the end of the connection."""
    line = stream.readline().decode().strip()
    if not line:
        return None
    headers = {}
    while header := stream.readline().decode().strip():
        name, value = header.split(":", 1)
        headers[name.lower()] = value.strip()
    if headers.get("transfer-encoding") != "chunked":
        return line, stream.read(int(headers.get("content-length", 0)))
    body = b""
    while size := int(stream.readline().split(b";")[0], 16):
        body += stream.read(size)
        stream.readline()
    while stream.readline().strip():
        pass
    return line, body


def json_head(body):
    """The answer, or the head of a streamed answer, which ends with eight zero bytes."""
    try:
        return json.loads(body.split(b"\0" * 8)[0])
    except ValueError:
        return {}


def request_event():
    """An event of a REST gateway: a GET of an unknown route."""
    headers = {"Host": "api.example.com", "Accept": "application/json"}
    return {
        "resource": "/measure", "path": "/measure", "httpMethod": "GET", "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None, "multiValueQueryStringParameters": None, "pathParameters": None, "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012", "apiId": "api", "resourceId": "resource", "resourcePath": "/measure",
            "path": "/live/measure", "httpMethod": "GET", "stage": "live", "requestId": "request", "protocol": "HTTP/1.1",
            "requestTimeEpoch": 1428582896000, "domainName": "api.example.com",
            "identity": {"sourceIp": "203.0.113.9", "userAgent": "measure"},
        },
        "body": None, "isBase64Encoded": False,
    }
