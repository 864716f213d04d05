"""Mails for tests, as bytes: by the book, and as programs of every age write them."""

from __future__ import annotations

from base64 import b64encode

LAMP = "路灯坏了，请来修。"
WRITER = "张三 <zhangsan@mail.example>"


def mail(text: str = LAMP, *, subject: str = "路灯", name: str = "", body: bytes | None = None, **fields: str) -> bytes:
    """A mail in plain UTF-8; ``fields`` are header fields with "_" for "-", raw; ``body`` instead of the text."""
    usual = {
        "From": WRITER,
        "To": "letters@agency.example",
        "Subject": subject,
        "Date": "Wed, 04 Nov 2026 09:00:00 +0800",
        "Message-ID": f"<{name or 'm1'}@mail.example>",
        "Content-Type": "text/plain; charset=utf-8",
    }
    told = usual | {key.replace("_", "-"): value for key, value in fields.items()}
    head = "".join(f"{key}: {value}\r\n" for key, value in told.items() if value)
    return head.encode() + b"\r\n" + (text.encode() if body is None else body)


def parted(kind: str, *parts: bytes, **fields: str) -> bytes:
    """A multipart of whole parts (each with its head)."""
    body = b"".join(b"--=_b\r\n" + each + b"\r\n" for each in parts) + b"--=_b--\r\n"
    return mail(body=body, **{"Content_Type": f'multipart/{kind}; boundary="=_b"', **fields})


def part(content: bytes, kind: str = "text/plain; charset=utf-8", way: str = "", how: str = "") -> bytes:
    head = f"Content-Type: {kind}\r\n" + (f"Content-Transfer-Encoding: {way}\r\n" if way else "")
    head += f"Content-Disposition: {how}\r\n" if how else ""
    return head.encode() + b"\r\n" + content


def packed(content: bytes) -> bytes:
    return b64encode(content)
