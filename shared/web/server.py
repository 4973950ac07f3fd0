"""nameko's WebServer, hardened: limits on time, size and number, and it survives running out of descriptors.

In one process all services share one front door: the first to start listens, the others hang their rules there.
"""

from __future__ import annotations

import errno
import json
import logging
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar

import eventlet
from eventlet import wsgi
from eventlet.semaphore import Semaphore
from nameko.web.server import HttpOnlyProtocol, WebServer
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from shared.failpoints import midway
from shared.kernel import DomainError
from shared.logs import new_correlation
from shared.settings import Settings
from shared.web import body, errors
from shared.web.asking import FORM, Ask, Asked, Received
from shared.web.intake import DRAIN, DRAIN_FILES, receive, receive_upload
from shared.web.packing import pack
from shared.web.upload import Upload

log = logging.getLogger(__name__)

CONNECTIONS = 200
#: How many files a process receives and looks at at a time; more would only fill its disk.
UPLOADS = 8
IDLE_S = 15
HEADERS_WITHIN_S = 10
OUT_OF_DESCRIPTORS = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
GONE = {errno.ECONNABORTED, errno.EINTR}
Builtin = Callable[[Ask], Response]


class Protocol(HttpOnlyProtocol):
    """HTTP/1.1 with a time limit for the request line and for the headers, whatever drips in."""

    def _read_request_line(self) -> Any:
        with eventlet.Timeout(IDLE_S, exception=False):
            return super()._read_request_line()
        return ""

    close_connection: bool

    def parse_request(self) -> bool:
        with eventlet.Timeout(HEADERS_WITHIN_S, exception=False):
            return bool(super().parse_request()) and self._has_a_length()
        self.close_connection = True
        return False

    def _has_a_length(self) -> bool:
        length = self.headers.get("Content-Length", "0")
        if length.isascii() and length.isdigit():
            return True
        self.send_error(400)
        return False

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        self.wfile.write(_raw_problem(code, "bad_request", "Diese Anfrage ist kein HTTP. / This request is no HTTP."))
        self.close_connection = True


class FrontDoor(WebServer):
    """The one listening socket of an address in this process."""

    _open: ClassVar[dict[Any, FrontDoor]] = {}
    #: Paths that every process answers, whatever service it runs: health, metrics, contracts, static files.
    builtins: ClassVar[dict[str, Builtin]] = {}

    _starting: bool

    def __init__(self) -> None:
        super().__init__()
        self.connections = 0
        self.draining = False

    def start(self) -> None:
        first = self._open.setdefault(self.bind_addr, self)
        if first is self:
            super().start()
        elif not self._starting:
            self._starting = True
            for rule in self.make_url_map().iter_rules():
                first.app.url_map.add(rule.empty())

    def stop(self) -> None:
        if self._open.get(self.bind_addr) is self:
            del self._open[self.bind_addr]
            self.draining = True
            super().stop()

    def run(self) -> None:
        while self._is_accepting:
            try:
                sock, address = self._sock.accept()
            except OSError as error:
                if error.errno in OUT_OF_DESCRIPTORS:
                    log.warning("cannot accept: %s; waiting", error)
                    eventlet.sleep(0.2)
                elif error.errno not in GONE and self._is_accepting:
                    raise
                continue
            if self.connections >= CONNECTIONS:
                eventlet.spawn_n(_turn_away, sock)
                continue
            self.connections += 1
            sock.settimeout(self._serv.socket_timeout)
            # Head and body leave in two writes; without this the second waits 40 ms for a delayed ACK.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.container.spawn_managed_thread(partial(self.process_request, sock, address))

    def process_request(self, sock: Any, address: Any) -> None:
        try:
            super().process_request(sock, address)
        except Exception as error:  # the outermost door: one bad connection must not end the container
            log.info("a connection ended with %r", error)
            sock.close()
        finally:
            self.connections -= 1

    def get_wsgi_app(self) -> App:
        self.app = App(self)
        return self.app

    def get_wsgi_server(self, sock: Any, wsgi_app: Any, **_: Any) -> wsgi.Server:
        quiet = logging.getLogger("shared.web.access")
        return wsgi.Server(
            sock,
            sock.getsockname(),
            wsgi_app,
            protocol=Protocol,
            debug=False,
            log=quiet,
            log_output=False,
            keepalive=IDLE_S,
            socket_timeout=IDLE_S,
        )


class App:
    """WSGI: read the whole body first, then find the door; a worker is taken only then."""

    def __init__(self, server: FrontDoor) -> None:
        self.server, self.url_map = server, server.make_url_map()
        self.uploading = Semaphore(UPLOADS)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        new_correlation(environ.get("HTTP_X_REQUEST_ID", ""))
        request = Asked(environ, populate_request=False)
        ask = Ask(request, b"", self.server.container.config["KEYRING"])
        with self._received(ask, environ) as ask.received:
            response = self._respond(ask, request, environ)
        parts: Iterable[bytes] = response(environ, start_response)
        return midway("door.answering", parts) if request.method == "POST" else parts

    def _respond(self, ask: Ask, request: Asked, environ: dict[str, Any]) -> Response:
        ask.render_problem = self.server.container.config.get("RENDER_PROBLEM")
        ask.https = self.server.container.config["SETTINGS"].public_url.startswith("https:")
        request.ask = ask
        response = self._answer(request, environ)
        response.headers["X-Correlation-Id"] = environ["hub.correlation"] = _correlation()
        for name, value in self.server.container.config.get("SECURITY_HEADERS", {}).items():
            response.headers.setdefault(name, value)
        response = pack(response, ask)
        if self.server.draining:
            response.headers["Connection"] = "close"
        return response

    @contextmanager
    def _received(self, ask: Ask, environ: dict[str, Any]) -> Iterator[Received]:
        """Give the body, and let go of the file in it afterwards. Files of people we do not know are not kept."""
        door = self._door_of(environ)
        if door is None or not (door.takes_file and ask.request.mimetype == FORM and _is_known(ask)):
            drain = DRAIN_FILES if door and door.takes_file else DRAIN
            yield receive(environ, door.limit if door else body.LIMIT, drain)
            return
        with self.uploading:  # whoever comes when too many are at it waits, and sends no faster than we read
            settings: Settings = self.server.container.config["SETTINGS"]
            received = receive_upload(environ, settings.attachment_bytes, settings.spool_dir)
            try:
                yield received
            finally:
                if isinstance(received, Upload):
                    received.close()

    def _door_of(self, environ: dict[str, Any]) -> Any:
        """Return the door of a body that is large or has a file; others never need to know, and it is not looked up."""
        is_form = str(environ.get("CONTENT_TYPE", "")).lower().startswith(FORM)
        if int(environ.get("CONTENT_LENGTH") or 0) <= body.LIMIT and not is_form:
            return None
        try:
            return self.url_map.bind_to_environ(environ).match()[0]
        except (HTTPException, RequestRedirect):
            return None

    def _answer(self, request: Asked, environ: dict[str, Any]) -> Response:
        from shared.web.door import refused

        try:
            return self._at_its_door(request, environ)
        except RequestRedirect as redirect:
            return redirect.get_response(environ)
        except MethodNotAllowed as error:
            allowed = ", ".join(sorted(error.valid_methods or ()))
            return refused(errors.method_not_allowed(allowed), request.ask)
        except NotFound:
            return refused(errors.not_found(), request.ask)
        except HTTPException:  # a Host or an Upgrade that leads to no door
            return refused(errors.bad_request(), request.ask)
        except Exception as error:  # the outermost door, for what answers without a worker
            return refused(error, request.ask)

    def _at_its_door(self, request: Asked, environ: dict[str, Any]) -> Response:
        builtin = self._builtin(request)
        if builtin:
            return builtin(request.ask)
        if "doors" not in self.server.container.config["SETTINGS"].roles:  # this process only says how it is
            raise NotFound
        if "\x00" in request.path:  # PostgreSQL does not even look for such a name
            raise NotFound
        provider, values = self.url_map.bind_to_environ(environ).match()
        request.path_values = dict(values)
        return provider.handle_request(request)

    def _builtin(self, request: Asked) -> Builtin | None:
        found = self.server.builtins.get("/static/" if request.path.startswith("/static/") else request.path)
        if found and request.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed(["GET", "HEAD"])
        return found


def _is_known(ask: Ask) -> bool:
    try:
        return ask.caller is not None and "HTTP_TRANSFER_ENCODING" not in ask.request.environ
    except DomainError:
        return False


def _raw_problem(status: int, code: str, title: str, headers: str = "") -> bytes:
    """An answer where there is no request to speak of, so in both languages at once."""
    kind = f"urn:innovationshub:problem:{code}"
    body = json.dumps({"type": kind, "title": title, "status": status, "code": code, "errors": []}).encode()
    head = f"HTTP/1.1 {status} Problem\r\nContent-Type: application/problem+json\r\nConnection: close\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _correlation() -> str:
    from shared.logs import correlation

    return correlation.get()


def _turn_away(sock: Any) -> None:
    try:
        sock.settimeout(2)
        sock.sendall(_raw_problem(503, "busy", "Gerade ist viel los. / Busy just now.", "Retry-After: 1\r\n"))
    except OSError:
        pass
    finally:
        sock.close()
