"""One session of SFTP: to the host that was checked, whose key is the one that was named, before anything is told."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mapalus.engine.errors import Misconfigured, Refused, Unavailable
from mapalus.engine.harvest.connector import Surroundings
from mapalus.engine.harvest.options import Settings
from mapalus.engine.text import _
from mapalus.engine.web.addresses import reachable

if TYPE_CHECKING:
    import paramiko

__all__ = ["SILENCE", "Broken", "session"]

SILENCE = 20.0  # seconds without a byte
_KEYS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512")


@contextmanager
def session(settings: Settings, surroundings: Surroundings) -> Iterator[paramiko.SFTPClient]:
    """An open session. Raises `Refused` for another key than the one named, `Misconfigured` when it lets us not in."""
    try:
        import paramiko
    except ImportError as error:
        raise Misconfigured(
            _("The client for SSH is not installed."), advice=_("The administrator installs it with the extra `sftp`.")
        ) from error
    host = settings.text("host")
    try:
        transport = _known(settings, surroundings)
        try:
            _let_in(transport, settings, surroundings)
            client = paramiko.SFTPClient.from_transport(transport)
            if client is None:
                raise Unavailable(_("%(host)s offers no files over SSH."), host=host)
            channel = client.get_channel()
            if channel is not None:
                channel.settimeout(min(SILENCE, surroundings.longest))
            yield client
        finally:
            transport.close()
    except (paramiko.SSHException, EOFError, TimeoutError, ConnectionError) as error:
        raise _broken(error, host) from error


class Broken(Unavailable):
    """The line, not the server: another try in a moment may do."""


def _broken(error: Exception, host: str) -> Broken:
    if isinstance(error, ConnectionRefusedError):
        return Broken(_("%(host)s refuses the connection."), host=host)
    if isinstance(error, TimeoutError):
        return Broken(_("%(host)s does not answer in time."), host=host)
    return Broken(_("%(host)s cut its answer off."), host=host)


def _known(settings: Settings, surroundings: Surroundings) -> paramiko.Transport:
    """A connection to a host that has shown the key named in the settings; it may have several kinds of keys."""
    named, seen = settings.text("fingerprint").strip().rstrip("="), ""
    for kind in ("", *_KEYS):
        transport = _begun(settings, surroundings, kind)
        if transport is None:
            continue
        key = transport.get_remote_server_key()
        if key.fingerprint == named:
            return transport
        seen = seen or key.fingerprint
        transport.close()
    raise Refused(
        "foreign-host-key",
        _("%(host)s shows another key than the one in the settings: %(seen)s."),
        advice=_("Ask its keeper whether the key was changed; if not, somebody stands in between."),
        host=settings.text("host"), seen=seen,
    )  # fmt: skip


def _begun(settings: Settings, surroundings: Surroundings, kind: str) -> paramiko.Transport | None:
    """A connection with its encryption agreed; None where the host has no key of this kind."""
    import paramiko

    host, port = settings.text("host"), settings.number("port")
    patience = min(SILENCE, surroundings.longest)
    plain = _connected(host, port, surroundings, patience)
    transport = paramiko.Transport(plain)
    transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = patience
    if kind:
        transport.get_security_options().key_types = [kind]
    try:
        transport.start_client(timeout=patience)
    except paramiko.SSHException:
        transport.close()
        if kind:
            return None
        raise
    return transport


def _connected(host: str, port: int, surroundings: Surroundings, patience: float) -> socket.socket:
    last: OSError | None = None
    for address in reachable(host, port, surroundings.allowed):
        try:
            plain = socket.create_connection((address, port), timeout=patience)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return plain
        except OSError as error:
            last = error
    raise _broken(last or OSError(), host) from last


def _let_in(transport: paramiko.Transport, settings: Settings, surroundings: Surroundings) -> None:
    import paramiko

    name = settings.text("key") or settings.text("password")
    try:
        if settings.text("key"):
            transport.auth_publickey(settings.text("user"), _key(settings.text("key"), surroundings))
        else:
            transport.auth_password(settings.text("user"), surroundings.secret(name))
    except paramiko.AuthenticationException as error:
        raise Misconfigured(
            _("%(host)s does not let %(user)s in: the secret %(secret)s is wrong or its right has ended."),
            advice=_("Ask the keeper of the system for a valid one and put it into the environment."),
            host=settings.text("host"), user=settings.text("user"), secret=name,
        ) from error  # fmt: skip


def _key(name: str, surroundings: Surroundings) -> paramiko.PKey:
    """The private key. Environments often hold its line ends as the two signs `\\n`."""
    import paramiko

    text = surroundings.secret(name).replace("\\n", "\n").strip() + "\n"
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text))
        except (paramiko.SSHException, ValueError, IndexError, TypeError):
            continue
    raise Misconfigured(
        _("The secret %(secret)s is no private key that can be used."),
        advice=_("It must be one of OpenSSH without a passphrase: Ed25519, ECDSA or RSA."),
        secret=name,
    )
