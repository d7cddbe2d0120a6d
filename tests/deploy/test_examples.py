"""The examples of deploy/ that no service of the tests reads: containers with few rights, and a unit rated as safe."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from tests.deploy.secured import make_secrets

DEPLOY = Path(settings.BASE_DIR) / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_container_has_few_rights_and_no_secret_in_its_environment(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert set(service.get("cap_add", [])) <= {
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "SETGID",
        "SETUID",
        "NET_BIND_SERVICE",
    }
    for variable, value in service.get("environment", {}).items():
        secret = re.search(r"SECRET|PASSWORD|URL", variable) and variable != "SECRETS"
        assert not secret or (variable.endswith("_FILE") and value.startswith("/run/secrets/")), variable
        if secret:
            assert Path(value).name in service["secrets"]


def test_images_have_exact_versions_and_the_relay_is_new_enough() -> None:
    images = {name: service["image"] for name, service in SERVICES.items() if "image" in service}
    assert all(re.search(r":\d+\.\d+(?:\.\d+)?(?:-\w+)?$", image) for image in images.values()), images
    version = tuple(map(int, images["coturn"].rpartition(":")[2].split(".")))
    assert version >= (4, 15, 0)


def test_only_the_site_is_reached_from_outside_and_only_by_the_proxy() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "web": ["127.0.0.1:8000:8000"]
    }
    assert {name for name, service in SERVICES.items() if service.get("network_mode") == "none"} == {
        *("postgres", "redis", "migrate")
    }


def test_every_secret_and_every_mounted_file_is_there(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    made = {path.name for path in tmp_path.iterdir()}
    files = {Path(entry["file"]).name for entry in COMPOSE["secrets"].values()}
    assert files <= made | {"email_url"}  # which deploy/make-env.sh writes
    assert {name for service in SERVICES.values() for name in service.get("secrets", [])} == set(COMPOSE["secrets"])
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", []) if mount.startswith("./")]
    assert mounts
    assert [mount for mount in mounts if not (DEPLOY / mount.split(":")[0]).is_file()] == []
    assert "/deploy/secrets/" in (DEPLOY.parent / ".gitignore").read_text()
