"""What the environment says: the mode, the data folder, the addresses, the key. No Django, so that anybody may ask."""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent
MODES = ("demo", "test", "production")
KEY_LENGTH = 50
TOKEN_LENGTH = 32
_HOW_LONG = "give 32 random characters or more: `openssl rand -base64 32` makes them."
ENCRYPTION_KEY_BYTES = 32
ENCRYPTION_KEY_LENGTH = 43  # of 32 bytes in base64, without the "=" at its end
DATABASE_ROLES = ("app", "owner", "worker", "backup", "audit")


def mode(env: Mapping[str, str] = os.environ) -> str:
    """``demo``, ``test`` or ``production``; with a database of one's own it is production unless said otherwise."""
    own_database = any(env.get(url_variable(role)) for role in DATABASE_ROLES)
    return env.get("CARECOORD_MODE") or ("production" if own_database else "demo")


def data_folder(env: Mapping[str, str] = os.environ) -> Path:
    """Where servers, keys, schedules and logs live. Tests have a folder of their own below it."""
    folder = Path(env.get("CARECOORD_DATA") or BASE_DIR / ".carecoord").expanduser().absolute()
    return folder / "test" if mode(env) == "test" else folder


def kept_secret(file: Path, length: int = KEY_LENGTH) -> str:
    """The secret in ``file``; made on the first call, readable by its owner alone."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(handle, "w") as made:
        secret = secrets.token_urlsafe(length)[:length]
        made.write(secret)
    return secret


def demo_password(env: Mapping[str, str] = os.environ) -> str:
    """The password of the demonstration accounts: the one asked for, or one that was made once and is kept."""
    return env.get("CARECOORD_DEMO_PASSWORD") or kept_secret(data_folder(env) / "demo-password", 12)


def database_from(url: str) -> dict[str, Any]:
    """Django's settings for ``postgresql://user:password@host:port/name?sslmode=…``.

    ``host`` and ``port`` may stand in the query (a socket's folder). Raises ValueError for another scheme.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError("DATABASE_URL has to begin with postgresql://")
    options = dict(parse_qsl(parts.query))
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": options.pop("port", str(parts.port or "")),
        "OPTIONS": options,
    }


def database_url(database: Mapping[str, Any]) -> str:
    """The other way round: what to hand to a child process so that it uses the same database."""
    query = {**database.get("OPTIONS", {}), "host": database["HOST"], "port": database["PORT"]}
    login = ":".join(quote(database.get(part) or "", safe="") for part in ("USER", "PASSWORD"))
    return f"postgresql://{login}@/{quote(database['NAME'])}?{urlencode(query)}"


COMMAND_ROLES = {
    **dict.fromkeys(
        ("migrate", "load_demo", "seed_scale", "flush", "createcachetable", "restore", "restore_drill"), "owner"
    ),
    **dict.fromkeys(
        ("import_caseload", "export_handoffs", "sweep", "recompute", "seal_audit", "anchor_audit"), "worker"
    ),
    "deliver": "worker",
    "backup": "backup",
    "verify_audit": "audit",
}


def database_role(env: Mapping[str, str] = os.environ) -> str:
    """As whom this process signs in to PostgreSQL: one of DATABASE_ROLES, ``app`` (the web) by default."""
    return env.get("CARECOORD_DATABASE_ROLE") or "app"


def role_for(arguments: Sequence[str]) -> str:
    """The database role for a command line of manage.py; the web's for everything not named above."""
    return COMMAND_ROLES.get(arguments[1] if len(arguments) > 1 else "", "app")


def url_variable(role: str) -> str:
    """The variable with the address for a role: ``DATABASE_URL`` for the web, ``DATABASE_URL_OWNER`` for the owner…"""
    return "DATABASE_URL" if role == "app" else f"DATABASE_URL_{role.upper()}"


def unsafe(env: Mapping[str, str]) -> list[str]:
    """Every reason why production must not start with this environment, each with what to do."""
    hosts = listed(env.get("ALLOWED_HOSTS", ""))
    variable, user = url_variable(database_role(env)), f"cc_{database_role(env)}"
    address = env.get(variable, "")
    key = env.get("SECRET_KEY", "")
    anchor_key = env.get("AUDIT_ANCHOR_KEY", "")
    oidc = issuers(env)
    encryption = listed(env.get("CARECOORD_ENCRYPTION_KEY", ""))
    backups = listed(env.get("CARECOORD_BACKUP_KEY", ""))
    make_one = "`openssl rand -base64 32` makes one."
    reasons = [
        (not address, f"{variable} is missing: name the PostgreSQL server and sign in as {user}."),
        (
            bool(address) and database_from(address)["USER"] != user,
            f"{variable} signs in as another role than {user}: row-level security would not hold.",
        ),
        (not env.get("REDIS_URL"), "REDIS_URL is missing: name the Redis or Valkey server. Ours is for trying out."),
        (len(key) < KEY_LENGTH, f"SECRET_KEY is missing or short: give {KEY_LENGTH} random characters or more."),
        (bool(key) and len(set(key)) < 10, "SECRET_KEY is no random text: `openssl rand -base64 48` makes one."),
        (
            len(anchor_key) < KEY_LENGTH or len(set(anchor_key)) < 10,
            f"AUDIT_ANCHOR_KEY is missing, short or no random text: give {KEY_LENGTH} random characters or more.",
        ),
        (bool(key) and anchor_key == key, "AUDIT_ANCHOR_KEY is the SECRET_KEY: give it a value of its own."),
        (not encryption, f"CARECOORD_ENCRYPTION_KEY is missing: {make_one} It is not the SECRET_KEY."),
        (
            not all(map(is_encryption_key, encryption)),
            f"CARECOORD_ENCRYPTION_KEY is not 32 random bytes in base64: {make_one}",
        ),
        (
            (database_role(env) == "backup" and not backups) or not all(map(is_encryption_key, backups)),
            f"CARECOORD_BACKUP_KEY is missing or not 32 random bytes in base64: {make_one}",
        ),
        (
            bool(set(encryption) & set(backups)),
            "CARECOORD_BACKUP_KEY is the CARECOORD_ENCRYPTION_KEY: give it a value of its own, kept apart.",
        ),
        ("*" in env.get("FORWARDED_ALLOW_IPS", ""), "FORWARDED_ALLOW_IPS has a wildcard: name the proxy’s address."),
        (
            any(not each["client_id"] or not each["secret"] for each in oidc),
            "OIDC_<SITE>_CLIENT_ID or _CLIENT_SECRET is missing: an issuer needs both.",
        ),
        (
            any(not each["issuer"].startswith("https://") for each in oidc),
            "OIDC_<SITE>_ISSUER is no https:// address: give the issuer’s own.",
        ),
        (not hosts, "ALLOWED_HOSTS is missing: list the host names that browsers use, with commas."),
        (any(host.startswith(("*", ".")) for host in hosts), "ALLOWED_HOSTS has a wildcard: list each host name."),
        (truthy(env.get("DEBUG", "")), "DEBUG is set: there is no debug mode. Remove it."),
        ("CARECOORD_DEMO_PASSWORD" in env, "CARECOORD_DEMO_PASSWORD is set: there are no such accounts. Remove it."),
        *_unsafe_outwards(env),
    ]
    return [reason for found, reason in reasons if found]


def backup_keys(env: Mapping[str, str] = os.environ) -> list[bytes]:
    """The keys of backups: the first writes, all of them read. Outside production one is made once and kept."""
    given = listed(env.get("CARECOORD_BACKUP_KEY", ""))
    if not given and mode(env) != "production":
        given = [kept_secret(data_folder(env) / "backup-key", ENCRYPTION_KEY_LENGTH)]
    if not given or not all(map(is_encryption_key, given)):
        raise ValueError("CARECOORD_BACKUP_KEY is missing or is not 32 random bytes in base64.")
    return [base64.b64decode(fernet_key(key), altchars=b"-_") for key in given]


def backup_folder(env: Mapping[str, str] = os.environ) -> Path:
    """Where backups are kept unless a command is told another place."""
    return Path(env.get("BACKUP_FOLDER") or data_folder(env) / "backups").expanduser().absolute()


def _unsafe_outwards(env: Mapping[str, str]) -> list[tuple[bool, str]]:
    """The same for what leaves this server: messages, figures, the heartbeat."""
    urls = listed(env.get("WEBHOOK_URLS", ""))
    secrets_here = [(name, env.get(name, "")) for name in ("WEBHOOK_SECRET", "METRICS_TOKEN")]
    return [
        (
            any(not re.fullmatch(r"[A-Z0-9]+=https://[^/\s]+\S*", each) for each in urls),
            "WEBHOOK_URLS has an entry that is not SITE=https://…: only encrypted addresses, one for each site.",
        ),
        (bool(urls) and not env.get("WEBHOOK_SECRET"), "WEBHOOK_SECRET is missing: WEBHOOK_URLS needs it to sign."),
        *(
            (bool(value) and (len(value) < TOKEN_LENGTH or len(set(value)) < 10), f"{name} is short: {_HOW_LONG}")
            for name, value in secrets_here
        ),
        (
            bool(env.get("NOTIFY_API_KEY")) != bool(env.get("NOTIFY_TEMPLATE_ID")),
            "NOTIFY_API_KEY and NOTIFY_TEMPLATE_ID belong together: give both or none.",
        ),
        *(
            (not env.get(name, "https://").startswith("https://"), f"{name} is no https:// address.")
            for name in ("NOTIFY_API_URL", "HEARTBEAT_URL")
            if env.get(name)
        ),
    ]


def webhooks(env: Mapping[str, str]) -> dict[str, str]:
    """The sites' own systems, by site: ``WEBHOOK_URLS="ASHF=https://…, CALD=https://…"``."""
    pairs = (entry.partition("=") for entry in listed(env.get("WEBHOOK_URLS", "")))
    return {site.strip(): url.strip() for site, _, url in pairs}


def is_encryption_key(text: str) -> bool:
    """Whether ``text`` is 32 bytes in base64, of either alphabet, and not the same byte over and over."""
    try:
        found = base64.b64decode(fernet_key(text), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(found) == ENCRYPTION_KEY_BYTES and len(set(found)) >= ENCRYPTION_KEY_BYTES // 2


def fernet_key(text: str) -> bytes:
    """The key as the cipher wants it: what ``openssl rand -base64 32`` prints is written a little differently."""
    plain = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    return f"{plain}=".encode()


def issuers(env: Mapping[str, str]) -> list[dict[str, Any]]:
    """The sites' own sign-in services: ``OIDC_<SITE>_ISSUER``, and with the same beginning what belongs to it."""
    found = []
    for name, issuer in sorted(env.items()):
        if (match := re.fullmatch(r"OIDC_([A-Z0-9]+)_ISSUER", name)) and issuer:
            given = {
                part: env.get(f"OIDC_{match[1]}_{part}", "") for part in ("CLIENT_ID", "CLIENT_SECRET", "ACR", "NAME")
            }
            found.append(
                {
                    "site": match[1].lower(),
                    "issuer": issuer,
                    "client_id": given["CLIENT_ID"],
                    "secret": given["CLIENT_SECRET"],
                    "acr": listed(given["ACR"]),
                    "name": given["NAME"] or "your hospital’s sign-in",
                }
            )
    return found


def oidc_apps(issuers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same as the sign-in library wants them."""
    return [
        {
            "provider_id": each["site"],
            "name": each["name"],
            "client_id": each["client_id"],
            "secret": each["secret"],
            "settings": {
                "server_url": each["issuer"],
                "issuer": each["issuer"],
                "acr": each["acr"],
                "scope": ["openid"],
                "oauth_pkce_enabled": True,
                "auth_params": {"acr_values": " ".join(each["acr"])} if each["acr"] else {},
            },
        }
        for each in issuers
    ]


def origins(issuers: list[dict[str, Any]]) -> list[str]:
    """Where the sites' services are, as a Content-Security-Policy names places."""
    return sorted({"{0.scheme}://{0.netloc}".format(urlsplit(each["issuer"])) for each in issuers})


def listed(text: str) -> list[str]:
    """The entries of a list with commas."""
    return [entry.strip() for entry in text.split(",") if entry.strip()]


def truthy(text: str) -> bool:
    """Whether a variable is switched on."""
    return text.strip().lower() not in ("", "0", "false", "no", "off")
