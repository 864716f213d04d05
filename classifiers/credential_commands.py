"""Secrets that stand in command lines, in calls of programs and in statements of databases."""

from __future__ import annotations

from collections.abc import Iterator

from classifiers.credential_forms import Hit, has_digit, has_han, is_hollow
from classifiers.credential_values import password_score
from classifiers.folding import Folded
from classifiers.gated import gated, opened
from classifiers.late import late

_VALUE = r"(?:'(?P<a>[^'\n]{3,128})'|\"(?P<b>[^\"\n]{3,128})\"|(?P<c>[^\s\"'|;&，。；、）一-鿿]{3,128}))"
_DOCKER = r"(?:docker|podman|helm|az|oc|mongo|mongosh|mongodump|sqlcmd|osql|isql|bcp|psexec)"
_NO_PORT = r"(?![\"']?[\d.:$-]{1,24}(?:/\w{3})?(?:[\s\"']|$))"
_CLIENTS = ("sql", "psycopg2", "racle", "conn", "db", "ssh", "ftp", "smtp", "imap", "mail", "server", "client")
_CALL = (  # connect("10.0.0.1", "name", "secret"), auth=("name", "secret")
    "(?:"
    + "".join(rf"connect(?<={name}\.connect)|login(?<={name}\.login)|" for name in _CLIENTS)
    + r"mysqli?_connect|(?:pg|oci|mssql)_connect|login|getConnection|auth|Auth|create(?<=Auth\.create)|Mac|credentials?|Credentials?)[ ]?[=(][ ]?\(?[^\n;]{0,80}?[\"'][A-Za-z0-9][\w.@-]{1,40}[\"'],[ ]?"
    r"(?=[\"'][^\"'\n]{6,64}[\"'])(?=[\"'][^\"'\n]{0,64}[0-9!@#$%^&*])(?=[\"'][^\"'\n]{0,64}[A-Za-z])"
)
_NETWORK_KEY = r"(?:isakmp[ ]key|wpa-psk[ ]ascii|key[ ]\d[ ](?:simple|cipher)|key-string|authentication-key|pre-shared-key)[ ](?:\d[ ])?(?=[^\s]{0,64}[0-9])"
_USER_AND = (
    r"(?i)(?<![a-z])u(?:ser)?[:=][ ]?[a-z]{2}[\w.@-]{0,30}[ ,，;；/|]{1,3}p(?:w|wd|ass)?[:=][ ]?(?=[^\s]{0,32}[0-9])"
)
_ROW = (  # a row of a table of users, whose columns are not named
    r"(?i)insert[ ]into[ ][\w.`\"\[]{0,40}(?:user|account|admin|login|member)[\w`\"\]]{0,16}[ ]{1,2}values[ ]?\([^()\n]{0,80}?"
    r"'[A-Za-z][\w.-]{1,31}',[ ]?N?(?='[^'\n]{0,64}[0-9])(?='[^'\n]{0,64}[@#$!%^&*_])(?='[^'.\n]{6,64}')"
)
_DIALOGUE = (  # expect "password:" { send "secret\r" }
    r"(?<=assword)[^\n\"']{0,12}[\"'][\s;){]{1,12}(?:[\w.]{1,24}\.|exp_)?(?:send(?:line)?|write)[ (]{1,2}(?:-- )?b?(?=[\"'])"
)
_BEFORE = (  # (words of which one stands in it, what stands before the secret)
    ("mysql mariadb", r"(?i:mysql|mysqldump|mysqladmin|mariadb)[ ](?=[^\n]{0,160}?[ ]-p)[^\n]{0,160}?[ ]-p(?=[^ \n-])"),
    ("sshpass", r"sshpass[ ]{1,3}-p[ ]{0,2}"),
    ("curl wget http", r"(?:curl|wget|http)[ ][^\n]{0,160}?(?:-u|--user)[ =]{0,2}[\"']?[\w.@-]{1,64}:"),
    ("redis-cli", r"redis-cli[ ][^\n]{0,120}?(?<=[ ])(?:-a|--pass)[ ]{1,2}"),
    (
        "docker podman helm az oc mongo sqlcmd osql isql bcp psexec",
        rf"{_DOCKER}[ ][^\n]{{0,120}}?(?<=[ ])-[pP][ ]{{0,2}}{_NO_PORT}",
    ),
    (
        "--pass --http-password --ftp-password",
        r"--(?:password|passwd|http-password|ftp-password|pass)(?:=|[ ]{1,2}(?![a-z]{3,12}(?:[ ][a-z]|[.,;])))",
    ),
    ("ipmitool zip", r"(?:ipmitool|zip)[ ][^\n]{0,120}?(?<=[ ])-P[ ]{0,2}"),
    ("7z rar", r"(?:7z[ar]?|rar)[ ][^\n]{0,120}?(?<=[ ])-h?p(?=[^\s]{0,64}[0-9])"),
    ("wpa_passphrase", r"wpa_passphrase[ ][^\s]{1,32}[ ]{1,2}"),
    ("plink pscp putty psftp", r"(?:plink|pscp|putty|psftp)[ ][^\n]{0,120}?(?<=[ ])-pw[ ]"),
    ("openssl", r"openssl[ ][^\n]{0,120}?[ ]-k[ ]"),
    ("pass", r"-(?:store|key|srcstore|deststore|srckey|destkey|export)pass(?:wd)?[ ]"),
    ("lftp", r"lftp[ ][^\n]{0,120}?-u[ ][\w.@-]{1,64},"),
    ("ldap", r"ldap\w{2,8}[ ][^\n]{0,160}?[ ]-w[ ]"),
    ("obsutil ossutil coscmd", r"(?:obsutil|ossutil|coscmd)[ ]config[ ][^\n]{0,160}?[ ]-[ks][ =]"),
    ("aws", r"aws[ ]configure[ ]set[ ]aws_secret_access_key[ ]"),
    ("stdin sudo", r"echo[ ]{1,3}(?=[^\n]{3,80}?\|[ ]?(?:sudo[ ]{1,3}-S|passwd[ ]{1,3}--stdin))"),
    ("chpasswd", r"echo[ ][\"']?[\w-]{1,32}:(?=[^\n]{3,80}chpasswd)"),
    ("net htpasswd", r"(?i)(?:net[ ]user|htpasswd[ ]-\w{0,4}b\w{0,4}[ ][^\s]{1,60})[ ][\w.\\-]{1,40}[ ]{1,2}(?!/)"),
    ("net", r"(?i)net[ ]use[ ](?:[a-z]:[ ])?\\\\[^\s]{1,80}[ ](?!/)"),
    ("smb", r"(?i)smb(?:client|mount)[^\n]{0,80}?-U[ ]?[\"']?[\w.\\-]{1,40}%"),
    ("={", r"(?i)(?:password|pwd)=\{(?=[^{}\s]{0,64}[0-9])(?=[^{}\s]{0,64}[@#!%^&*~])"),
    ("values", _ROW),
    ("value=", r"(?i)type=[\"']?password[\"']?[ ][^<>\n]{0,120}?(?<=[ ])value=(?=[\"'])"),
    ("iwconfig", r"iwconfig[ ][^\n]{0,80}?[ ](?:key|enc)[ ](?:s:)?"),
    ("/user:", r"(?i)/user:[\w.\\@-]{1,40}[ ](?!/)(?=[!-~]{0,40}[0-9])"),
    ("assword", _DIALOGUE),
    # routers and switches
    ("enable", r"(?i)enable[ ](?:password|secret)[ ](?:\d[ ])?(?![a-z]{4,12}(?:[ ][a-z]|[.,]|$))"),
    ("password", r"(?i)password[ ](?:level[ ]\d[ ])?(?:simple|cipher|0|7)[ ](?=[^\s]{0,64}[0-9])"),
    (
        "username",
        r"(?i)username[ ][\w.-]{1,32}[ ](?:privilege[ ]\d{1,2}[ ])?(?:secret|password)[ ](?:\d[ ])?(?=[^\s]{0,64}[0-9])",
    ),
    ("isakmp wpa-psk simple cipher -string authentication- pre-shared-", _NETWORK_KEY),
    ("radius tacacs", r"(?i)(?:radius|tacacs)[^\n一-鿿]{0,40}?[ ](?:key|secret)[ ](?:\d[ ])?"),
    ("snmp", r"(?i)snmp[^\n一-鿿]{0,20}community(?:[ ]string)?[ :：=]{1,3}(?!public|private|string)"),
    ("snmp", r"snmp\w{2,8}[ ][^\n]{0,80}?-c[ ](?!public|private)"),
    ("wifi:", r"WIFI:[^\n]{0,80}?;P:"),
    # programs and databases
    (
        "identified requirepass masterauth",
        r"(?:IDENTIFIED[ ]BY|(?i:identified[ ]by)(?=[ ]{1,4}(?:[\"']|[^\s]{0,40}[0-9]))|(?i:requirepass|masterauth))[ ]{1,4}",
    ),
    ("password", r"(?i)password[ ]?\([ ]?(?=[\"'][^\"'\n]{0,64}[0-9])"),
    ("sp_addlogin", r"(?i)sp_addlogin[ ]{1,4}N?'[^'\n]{1,64}'[ ]?,[ ]?N?"),
    ("connect login auth credential mac", _CALL),
    ("login", r"(?i)login[ ]{1,4}[^\s]{1,64}\s{1,4}password[ ]{1,4}"),
    ("u: u= r: r=", _USER_AND),
)
COMMANDS = gated(*(("command_line", words, before + _VALUE) for words, before in _BEFORE))


def commands(folded: Folded) -> Iterator[Hit]:
    for rule, pattern in opened(COMMANDS, folded):
        for match in pattern.finditer(folded.text):
            value = match[match.lastgroup or 0]
            if not (is_hollow(value) or has_han(value) or value.startswith(("-", "$", "/"))):
                yield Hit(rule, *match.span(match.lastgroup or 0), 0.85)


INSERTS = gated(("password", "values", r"(?i)\(([^()]{3,300})\)\s{0,4}values\s{0,4}\(([^()]{3,400})\)"))
_COLUMN = late(r"(?i)[`\"\[ ]*\w{0,16}(?:passw(?:or)?d|pwd|密码)[`\"\] ]*")
_CELL = late(r"'[^']{0,128}'|\"[^\"]{0,128}\"|[^,'\"]{1,128}")
_HASH = late(r"[0-9A-Fa-f]{32,128}|\$\d\w?\$.*")


def inserts(folded: Folded) -> Iterator[Hit]:
    """What is put into a column for passwords; hashes are none."""
    for rule, pattern in opened(INSERTS, folded):
        for match in pattern.finditer(folded.text):
            column = next((i for i, name in enumerate(match[1].split(",")) if _COLUMN.fullmatch(name)), -1)
            cells = [cell for cell in _CELL.finditer(match[2]) if cell[0].strip()]
            cell = cells[column] if 0 <= column < len(cells) else None
            secret = cell[0].strip("'\"") if cell and cell[0][0] in "'\"" else ""
            if cell and has_digit(secret) and not _HASH.fullmatch(secret) and password_score(secret, "=", True, ""):
                yield Hit(rule, match.start(2) + cell.start() + 1, match.start(2) + cell.start() + 1 + len(secret), 0.8)
