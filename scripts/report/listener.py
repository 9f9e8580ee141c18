"""A small HTTP server for Lambda's Runtime API and for CloudWatch."""

import contextlib
import http.server
import threading


class Listener:
    """An HTTP server on a free port. A function for each method maps path and body to status, body and headers."""

    def __init__(self, methods):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle(self):
                with contextlib.suppress(ConnectionError):  # the program has ended
                    super().handle()

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, answer, headers = methods[self.command](self.path, body)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(answer))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # The threads that wait for an event end with this process.
        self.server.daemon_threads = True
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        """Accepts no more connections."""
        self.server.shutdown()
        self.server.server_close()
