"""What a mail says: subject and text, without who wrote it; and what kind of mail it is.

Names and addresses in headers are read only to be taken out of the subject and the first line, and for the digest that
knows the mail again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from classifiers.page import visible_text
from monitor.collectors import bylines, cleaning, tnef
from monitor.collectors.mime import Part

MAX_TITLE = 500  # code points
MAX_TEXT = 100_000
MAX_NAMES = 40  # Message-IDs that a mail says it answers
MAX_NAME = 300  # characters of one

_OURS = re.compile(rb"^x-huiyin:|^message-id:[^\n]{0,300}@huiyin\.invalid>", re.IGNORECASE | re.MULTILINE)
_NAME = re.compile(r"<([^<>\s]{1,300})>")
_PERSON = re.compile(r'"?([^"<>@]{1,80}?)"?\s{0,9}<[^<>]{0,300}>')
_UNATTENDED = re.compile(r"mailer-daemon@|postmaster@|no-?reply@", re.IGNORECASE)
_AUTOMATIC_TITLE = re.compile(
    r"\s*(?:自动回复|自动答复|自动应答|外出自动|系统退信|退信通知|automatic reply|auto(?:matic)?[- ]?response"
    r"|autoreply|out of (?:the )?office|undeliver|delivery status notification|returned mail|mail delivery failed"
    r"|failure notice)",
    re.IGNORECASE,
)
_FORWARDED = re.compile(r"\s*(?:fwd?|转发|轉發|轉寄)\s*[:：]", re.IGNORECASE)
_GAP = "[ \\t\\xa0]"
_HISTORY = re.compile(
    rf"^{_GAP}*(?:[-_=]{{2,40}}{_GAP}?(?:原始邮件|原邮件|回复的原邮件|original message|original){_GAP}?[-_=]{{2,40}}"
    rf"|(?:发件人|from){_GAP}?[:：][^\n]{{1,300}}\n{_GAP}*(?:发送时间|发送日期|发件时间|日期|sent|date){_GAP}?[:：][^\n]*"
    r"|(?:在|[^\n]{0,200}(?:于|於))?[ \t]?\d{4}[年/.-]\d{1,2}[^\n]{0,160}(?:写道|寫道|wrote)[ \t]?[:：]"
    r"|(?:on|at) [^\n]{6,200}wrote:)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_INTRODUCED = 300  # characters behind such a line in which the quoted mail's sender stands
_ENOUGH = 4  # letters
_QUOTED = re.compile(r"^[ \t]*>.*\n?", re.MULTILINE)
_PEOPLE = r"发件人|發件人|寄件人|寄件者|收件人|收件者|抄送|密送|回复地址|from|to|cc|bcc|sender|reply-to"
_PERSON_LABEL = re.compile(rf"[ \t>*]*(?:{_PEOPLE})\*?[ \t]?[:：]\*?", re.IGNORECASE)
_LABEL = re.compile(
    rf"[ \t>*]*(?:{_PEOPLE}|发送时间|發送時間|发件时间|发送日期|日期|时间|主题|主題|sent|date|subject)\*?[ \t]?[:：]",
    re.IGNORECASE,
)
_WROTE = re.compile(r"[^\n]{0,200}?((?:写道|寫道|wrote)[ \t]?[:：]?)[ \t]*", re.IGNORECASE)
_SAYS_WHEN = re.compile(r"<[^<>\s]{1,80}@[^<>\s]{1,200}>|\d{4}[年/.-]\d{1,2}", re.IGNORECASE)
_PACKED = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_SOFT = re.compile(r"(?<=[^\n]) \n(?!>)")
_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """``names`` are the Message-IDs it answers, ``identity`` what makes it this mail; neither is kept as it is.

    ``automatic``: sent by a machine, or to many: nobody waits for an answer, and it is none.
    """

    title: str
    text: str
    name: str  # its own Message-ID
    names: tuple[str, ...]
    identity: str
    automatic: bool
    ours: bool  # it is Huiyin's, or has a mail of Huiyin's in it


def said(mail: Part, own: str = "", *, by_agency: bool = False) -> Said:
    """``own`` is the agency's address in small letters, "" where it is not known."""
    writers = bylines.names(_writers(mail))
    title = cleaning.line(mail.line("subject"))
    text = cleaning.clean("\n\n".join(filter(None, _texts(mail)))).strip()
    names = _names(mail.raw("references"), mail.raw("in-reply-to"))
    if not _FORWARDED.match(title) and (own or by_agency):
        text = _without_history(text, "" if by_agency else own)
    called = _names(mail.raw("message-id"))
    return Said(
        title=bylines.out_of_title(title, writers)[:MAX_TITLE],
        text=bylines.out_of_text(_without_people(text), writers)[:MAX_TEXT],
        name=called[0] if called else "",
        names=names,
        identity=_identity(mail),
        automatic=_is_automatic(mail, title) or bool(own and own == _address(mail.line("from"))),
        ours=_is_ours(mail) or any(each.lower().endswith("@huiyin.invalid") for each in names),
    )


def _writers(mail: Part) -> Iterator[str]:
    """What the headers call the writer."""
    for name in ("from", "sender", "reply-to"):
        line = mail.line(name)
        yield from (found[1].strip() for found in _PERSON.finditer(line[:2_000]))


def _address(line: str) -> str:
    return line.rpartition("<")[2].partition(">")[0].strip().lower()


def _names(*raw: bytes) -> tuple[str, ...]:
    found = [name for each in raw for name in _NAME.findall(each.decode("latin-1"))]
    return tuple(dict.fromkeys(found))[-MAX_NAMES:]


def _identity(mail: Part) -> str:
    """The headers that stay the same wherever a mail is moved to; where it has no Message-ID its body as well."""
    fixed = [b" ".join(mail.raw(name).split()) for name in ("message-id", "date", "from", "to", "subject")]
    body = b"" if fixed[0] else mail.body[:10_000]
    return sha256(b"\n".join((*fixed, body))).hexdigest()


def _is_automatic(mail: Part, title: str) -> bool:
    answered_by = mail.raw("auto-submitted").strip().lower()
    return (
        (bool(answered_by) and not answered_by.startswith(b"no"))
        or mail.raw("precedence").strip().lower() in {b"bulk", b"list", b"junk", b"auto_reply"}
        or any(name in mail.fields for name in ("list-id", "list-unsubscribe", "x-autoreply", "x-autorespond"))
        or mail.raw("return-path").strip() == b"<>"
        or mail.kind == "multipart/report"
        or _UNATTENDED.search(mail.raw("from").decode("latin-1")) is not None
        or _AUTOMATIC_TITLE.match(title) is not None
    )


def _is_ours(part: Part) -> bool:
    if "x-huiyin" in part.fields or part.raw("message-id").rstrip().lower().endswith(b"@huiyin.invalid>"):
        return True
    if part.kind in {"text/rfc822-headers", "message/delivery-status"} and _OURS.search(part.content()[:65_536]):
        return True
    return any(_is_ours(each) for each in part.parts)


# from parts to text


def _texts(part: Part) -> list[str]:
    """The texts of a mail in their order; of several versions of the same one."""
    if part.kind == "multipart/alternative":
        return _best([_texts(each) for each in part.parts])
    if part.kind == "multipart/report":  # then comes what was not delivered: the agency's own mail
        return _texts(part.parts[0]) if part.parts else []
    if part.kind in {"message/rfc822", "message/global"}:
        return _within(part.parts[0]) if part.parts else []
    if part.kind.startswith("multipart/"):
        return _mixed(part)
    found = _text(part)
    return [found] if found else []


def _mixed(part: Part) -> list[str]:
    """What Outlook packed is the mail once more: it counts where it says more."""
    packed = [found for each in part.parts if (found := _packed(each))][:1]
    open_ = [text for each in part.parts if each.kind not in _PACKED for text in _texts(each)]
    return packed if _letters(packed) > 1.2 * _letters(open_) else open_


def _best(versions: list[list[str]]) -> list[str]:
    """The first version, which is plain, unless the others say much more: then it is a stub."""
    spoken = [version for version in versions if _letters(version)]
    if not spoken:
        return []
    longest = max(spoken, key=_letters)
    return spoken[0] if 2 * _letters(spoken[0]) >= _letters(longest) else longest


def _letters(texts: list[str]) -> int:
    return sum(len(_LETTER.findall(text)) for text in texts)


def _within(mail: Part) -> list[str]:
    """A mail that was sent along: its subject, and what it says."""
    return [cleaning.line(mail.line("subject")), *_texts(mail)]


def _text(part: Part) -> str:
    named = part.parameter("content-disposition", "filename") or part.parameter("content-type", "name")
    if part.is_attached and named:
        return ""
    if part.kind == "text/html":
        return visible_text(part.text())
    if part.kind == "text/plain":
        return _unfolded(part)
    return visible_text(part.text()) if part.kind in {"text/enriched", "text/richtext"} else _packed(part)


def _packed(part: Part) -> str:
    return tnef.text(part.content()) if part.kind in _PACKED else ""


def _unfolded(part: Part) -> str:
    """Plain text; lines that were broken only to travel (RFC 3676) are one again."""
    text = part.text().replace("\r\n", "\n")
    if part.parameter("content-type", "format").lower() != "flowed":
        return text
    return _SOFT.sub("" if part.parameter("content-type", "delsp").lower() == "yes" else " ", text)


# what others wrote


def _without_history(text: str, own: str) -> str:
    """An answer without what it answers, where that is the agency's own mail: it went through the mailbox before.

    ``own`` is the agency's address, "" takes every history away. Nothing is cut where too little is left, nor in a
    mail that was forwarded: there the history is the matter.
    """
    found = _HISTORY.search(text)
    if found is None or own not in text[found.start() : found.end() + _INTRODUCED].lower():
        return text
    before, behind = text[: found.start()], text[found.end() :]
    left = before + _QUOTED.sub("", behind) if _QUOTED.search(behind) else before
    return left.strip() if len(_LETTER.findall(left)) >= _ENOUGH else text


def _without_people(text: str) -> str:
    """Without the names in the lines that mail programs write above what they quote."""
    lines = text.split("\n")
    label = [_LABEL.match(line) is not None for line in lines]
    for n, line in enumerate(lines):
        beside = any(label[max(n - 1, 0) : n]) or any(label[n + 1 : n + 2])
        found = _PERSON_LABEL.match(line) if label[n] else None
        if found and (beside or "@" in line):
            lines[n] = found[0] + bylines.HOLE
        elif (found := _WROTE.fullmatch(line)) and _SAYS_WHEN.search(line):
            lines[n] = bylines.HOLE + found[1]
    return "\n".join(lines)
