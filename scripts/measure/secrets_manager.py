"""A local Secrets Manager with the secrets of the Lambda programs."""

import base64
import hashlib
import json
import multiprocessing
import socket
import ssl
import subprocess
import sys
import threading
import time

from .function import read_http


class SecretsManager:
    """GetSecretValue over HTTP and TLS. In a process of its own, because it must run in parallel to the Runtime API."""

    def __init__(self, folder, delay):
        self.secrets = make_secrets(folder)
        self.delay = delay
        # The times of the first request and of the last answer, on the clock that all processes share.
        self.times = multiprocessing.Array("d", [0, 0])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        plain, tls = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
        self.http = f"http://127.0.0.1:{plain.getsockname()[1]}"
        self.https = f"https://localhost:{tls.getsockname()[1]}"
        self.process = multiprocessing.get_context("fork").Process(target=self.serve, args=(plain, tls, context), daemon=True)
        self.process.start()
        plain.close()
        tls.close()

    def stop(self):
        self.process.terminate()
        self.process.join()

    def reset(self):
        self.times[:] = [0, 0]

    def busy(self):
        """The milliseconds from the first request to the last answer."""
        return (self.times[1] - self.times[0]) * 1000

    def serve(self, plain, tls, context):
        threading.Thread(target=self.accept, args=(tls, context), daemon=True).start()
        self.accept(plain, None)

    def accept(self, listener, context):
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.answer, args=(connection, context), daemon=True).start()

    def answer(self, connection, context):
        try:
            connection = context.wrap_socket(connection, server_side=True) if context else connection
            stream = connection.makefile("rb")
            while request := read_http(stream):
                if not self.times[0]:
                    self.times[0] = time.perf_counter()
                time.sleep(self.delay)
                connection.sendall(self.reply(json.loads(request[1])["SecretId"]))
                self.times[1] = time.perf_counter()
        except OSError:
            # The program has ended.
            pass

    def reply(self, name):
        status, kind, body = "200 OK", "", {"Name": name, "SecretString": json.dumps(self.secrets.get(name))}
        if name not in self.secrets:
            status, kind = "400 Bad Request", "x-amzn-errortype: ResourceNotFoundException\r\n"
            body = {"__type": "ResourceNotFoundException", "Message": "Secrets Manager can't find the specified secret."}
        body = json.dumps(body).encode()
        return (f"HTTP/1.1 {status}\r\nContent-Type: application/x-amz-json-1.1\r\n{kind}"
                f"Content-Length: {len(body)}\r\n\r\n").encode() + body


def make_secrets(folder):
    """Creates the three secrets with a new key, the secret of older programs, and the TLS certificates."""
    openssl(folder, "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "signing.pem")
    public = openssl(folder, "pkey", "-in", "signing.pem", "-pubout")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
    openssl(folder, "req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=measure-functions")
    openssl(folder, "req", "-x509", *curve, "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out", "server.pem",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE")
    signing = (folder / "signing.pem").read_text()
    seed = "a-seed-of-thirty-two-characters-or-more"
    origin = base64url(hashlib.sha256(b"origin").digest())
    keys = [{"kid": thumbprint(folder), "pem": public, "added_at": "2026-01-01T00:00:00Z"}]
    return {
        "signing-key": {"signing_key": signing},
        "public-keys": {"keys": keys},
        "seed": {"seed": seed, "origin": origin, "origin_before": origin},
        "all": {"signing_key": signing, "seed": seed, "accepted_keys": []},
    }


def thumbprint(folder):
    """The id of the key by RFC 7638."""
    modulus = openssl(folder, "rsa", "-in", "signing.pem", "-noout", "-modulus").strip().removeprefix("Modulus=")
    key = {"e": "AQAB", "kty": "RSA", "n": base64url(bytes.fromhex(modulus))}
    return base64url(hashlib.sha256(json.dumps(key, separators=(",", ":")).encode()).digest())


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(folder, *arguments):
    try:
        return subprocess.run(["openssl", *arguments], cwd=folder, check=True, text=True, capture_output=True).stdout
    except FileNotFoundError:
        sys.exit("openssl is missing: install it and run this again.")
    except subprocess.CalledProcessError as error:
        sys.exit(f"openssl {arguments[0]} failed:\n{error.stderr}")
