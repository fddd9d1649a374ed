"""A certificate for the occasion: self-signed, for this machine, gone with its server.

The standard library can speak TLS, but cannot make a certificate. One on the curve P-256 takes two
multiplications of a point and a little DER, which spares the sandbox a compiled dependency. It
protects nothing: the key is made for tests, and by arithmetic that makes no secret of its timing.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import os
import secrets
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs

_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
_Point = tuple[int, int]
_LIFETIME = timedelta(days=365)

_EC_PUBLIC_KEY = "1.2.840.10045.2.1"
_P256 = "1.2.840.10045.3.1.7"
_ECDSA_SHA256 = "1.2.840.10045.4.3.2"
_COMMON_NAME = "2.5.4.3"
_SUBJECT_KEY = "2.5.29.14"
_KEY_USAGE = "2.5.29.15"
_ALT_NAME = "2.5.29.17"
_BASIC_CONSTRAINTS = "2.5.29.19"


@attrs.frozen
class SelfSigned:
    """A certificate and its key, in files of their own.

    Attributes:
        certificate: The file with the certificate.
        key: The file with the key.
    """

    certificate: str
    key: str = attrs.field(repr=False)

    def context(self) -> ssl.SSLContext:
        """Return the server's side of TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def remove(self) -> None:
        """Remove the files, if they are still there."""
        for path in (self.certificate, self.key):
            Path(path).unlink(missing_ok=True)


def self_signed(host: str) -> SelfSigned:
    """Make a certificate for a host, ``localhost`` and the loopback addresses."""
    private = secrets.randbelow(_N - 1) + 1
    point = _multiply(private, _G)
    public = b"\x04" + _big_endian(point[0]) + _big_endian(point[1])
    body = _to_be_signed(public, {host, "localhost", "127.0.0.1", "::1"})
    algorithm = _sequence(_identifier(_ECDSA_SHA256))
    certificate = _sequence(body, algorithm, _bits(_sign(private, body)))
    # SEC 1: the private key, and the curve it is on.
    key = _sequence(_integer(1), _tlv(0x04, _big_endian(private)), _tlv(0xA0, _identifier(_P256)))
    return SelfSigned(_file("CERTIFICATE", certificate), _file("EC PRIVATE KEY", key))


def _to_be_signed(public: bytes, hosts: set[str]) -> bytes:
    now = datetime.now(UTC)
    name = _sequence(_tlv(0x31, _sequence(_identifier(_COMMON_NAME), _tlv(0x0C, b"icontact"))))
    key_id = hashlib.sha256(public).digest()[:20]
    extensions = (
        _extension(_BASIC_CONSTRAINTS, _sequence(_tlv(0x01, b"\xff")), critical=True),
        _extension(_KEY_USAGE, _tlv(0x03, b"\x02\x84"), critical=True),
        _extension(_SUBJECT_KEY, _tlv(0x04, key_id)),
        _extension(_ALT_NAME, _sequence(*(_general_name(host) for host in sorted(hosts)))),
    )
    return _sequence(
        _tlv(0xA0, _integer(2)),
        _integer(secrets.randbits(120)),
        _sequence(_identifier(_ECDSA_SHA256)),
        name,
        _sequence(_time(now - timedelta(days=1)), _time(now + _LIFETIME)),
        name,
        _sequence(_sequence(_identifier(_EC_PUBLIC_KEY), _identifier(_P256)), _bits(public)),
        _tlv(0xA3, _sequence(*extensions)),
    )


def _sign(private: int, message: bytes) -> bytes:
    """Sign by ECDSA with SHA-256."""
    digest = int.from_bytes(hashlib.sha256(message).digest(), "big")
    nonce = secrets.randbelow(_N - 1) + 1
    r = _multiply(nonce, _G)[0] % _N
    s = pow(nonce, -1, _N) * (digest + r * private) % _N
    return _sequence(_integer(r), _integer(s))


def _multiply(factor: int, point: _Point) -> _Point:
    """Multiply a point of the curve, by doubling and adding."""
    total = point
    for bit in f"{factor:b}"[1:]:
        total = _add(total, total)
        if bit == "1":
            total = _add(total, point)
    return total


def _add(one: _Point, other: _Point) -> _Point:
    (x1, y1), (x2, y2) = one, other
    if one == other:
        slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, _P)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, _P)
    x3 = (slope * slope - x1 - x2) % _P
    return x3, (slope * (x1 - x3) - y1) % _P


def _tlv(tag: int, content: bytes) -> bytes:
    """Return a value in DER: its tag, its length, itself."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def _sequence(*parts: bytes) -> bytes:
    return _tlv(0x30, b"".join(parts))


def _integer(value: int) -> bytes:
    return _tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _bits(content: bytes) -> bytes:
    return _tlv(0x03, b"\x00" + content)


def _time(moment: datetime) -> bytes:
    return _tlv(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())


def _identifier(dotted: str) -> bytes:
    first, second, *rest = (int(part) for part in dotted.split("."))
    encoded = bytearray([40 * first + second])
    for number in rest:
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(number & 0x7F | 0x80)
        encoded += bytes(reversed(septets))
    return _tlv(0x06, bytes(encoded))


def _extension(identifier: str, content: bytes, *, critical: bool = False) -> bytes:
    flag = _tlv(0x01, b"\xff") if critical else b""
    return _sequence(_identifier(identifier), flag, _tlv(0x04, content))


def _general_name(host: str) -> bytes:
    try:
        return _tlv(0x87, ipaddress.ip_address(host).packed)
    except ValueError:
        return _tlv(0x82, host.encode("idna"))


def _big_endian(value: int) -> bytes:
    return value.to_bytes(32, "big")


def _file(label: str, content: bytes) -> str:
    """Write DER as PEM to a new file that only its owner can read."""
    text = base64.encodebytes(content).decode()
    handle, path = tempfile.mkstemp(prefix="icontact-sandbox-", suffix=".pem")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"-----BEGIN {label}-----\n{text}-----END {label}-----\n")
    return path
