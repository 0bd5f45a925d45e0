"""OpenSSH's own sshd on loopback, and a line to it that can be cut."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.patience import PATIENCE, until
from tests.ports import free_pair

__all__ = ["SSHD", "Line", "Sshd", "line_to", "password_server", "sshd"]

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")  # it wants its whole path


@dataclass(frozen=True)
class Sshd:
    port: int
    user: str
    key: str  # a private key that is let in
    fingerprint: str  # of its Ed25519 key
    other_fingerprint: str  # of its ECDSA key


def _generated(path: Path, kind: str) -> str:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)], check=True)
    said = subprocess.run(["ssh-keygen", "-lf", f"{path}.pub"], check=True, capture_output=True, text=True).stdout
    return said.split()[1]


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextmanager
def sshd(folder: Path) -> Iterator[Sshd]:
    """A server with keys of its own; only SFTP, only the key that was made here."""
    assert SSHD is not None
    port = free_pair()
    first, second = _generated(folder / "host", "ed25519"), _generated(folder / "host2", "ecdsa")
    _generated(folder / "user", "ed25519")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nHostKey {folder}/host2\nUsePAM no\n"
        f"AuthorizedKeysFile {folder}/user.pub\nStrictModes no\nPasswordAuthentication no\nPermitRootLogin yes\n"
        f"Subsystem sftp internal-sftp\nForceCommand internal-sftp\nPidFile {folder}/pid\nMaxStartups 100\n"
    )
    server = subprocess.Popen([SSHD, "-D", "-e", "-f", f"{folder}/sshd_config"], stderr=subprocess.DEVNULL)
    try:
        until(lambda: _answers(port) or server.poll() is not None)
        assert server.poll() is None, "sshd ended at once"
        yield Sshd(port, getpass.getuser(), (folder / "user").read_text(), first, second)
    finally:
        server.terminate()
        server.wait(PATIENCE)


@contextmanager
def password_server(user: str, password: str, folder: Path) -> Iterator[tuple[int, str]]:
    """A server that lets in by password, which sshd does for accounts of the machine only: its port, its key."""
    import paramiko
    from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

    class Letting(paramiko.ServerInterface):
        def check_auth_password(self, username: str, password_: str) -> int:
            fits = (username, password_) == (user, password)
            return AUTH_SUCCESSFUL if fits else AUTH_FAILED

        def get_allowed_auths(self, username: str) -> str:
            return "password"

        def check_channel_request(self, kind: str, chanid: int) -> int:
            return OPEN_SUCCEEDED

    class Files(paramiko.SFTPServerInterface):
        def list_folder(self, path: str) -> list[paramiko.SFTPAttributes]:
            return [paramiko.SFTPAttributes.from_stat(one.stat(), one.name) for one in folder.iterdir()]

    key = paramiko.ECDSAKey.generate()
    listening = socket.create_server(("127.0.0.1", 0))
    transports: list[paramiko.Transport] = []

    def accept() -> None:
        with suppress(OSError, EOFError, paramiko.SSHException):  # who leaves early is let go
            near, _address = listening.accept()
            transport = paramiko.Transport(near)
            transports.append(transport)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
            transport.start_server(server=Letting())

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1], key.fingerprint
    finally:
        listening.close()
        thread.join(5)
        for transport in transports:
            transport.close()


class Line:
    """Connections passed on; `most` bytes from the server may pass, then silence."""

    def __init__(self, to: int) -> None:
        self.to = to
        self.is_down = False
        self.most: int | None = None
        self.stalled = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listening.accept()
            except OSError:
                return
            if self.is_down:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                near.close()
                continue
            self._open += [near, far]
            for pair, is_counted in (((near, far), False), ((far, near), True)):
                thread = threading.Thread(target=self._pass, args=(*pair, is_counted), daemon=True)
                thread.start()
                self._threads.append(thread)

    def _pass(self, source: socket.socket, target: socket.socket, is_counted: bool) -> None:
        passed = 0
        with suppress(OSError):
            while piece := source.recv(16384):
                passed += len(piece)
                if is_counted and self.most is not None and passed > self.most:
                    self.stalled.set()
                    continue  # swallowed
                target.sendall(piece)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        while self._open:
            one = self._open.pop()
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()
        for thread in self._threads:
            thread.join(5)


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    line = Line(port)
    try:
        yield line
    finally:
        line.close()
