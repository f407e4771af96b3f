"""Writes the .meta files that the Unity package still misses; the ones it has are never touched.

    python -m tests.engine_plugins.unity.metas

Unity cannot write into a package that was installed from git, and ignores assets without a .meta. Scenes and prefabs
refer to scripts by the GUID in it, so a file that moves takes its .meta along.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parents[3] / "engine_plugins" / "unity"

_TAIL: Final = "  externalObjects: {}\n  userData: \n  assetBundleName: \n  assetBundleVariant: \n"
_SCRIPT: Final = (
    "MonoImporter:\n  externalObjects: {}\n  serializedVersion: 2\n  defaultReferences: []\n  executionOrder: 0\n"
    "  icon: {instanceID: 0}\n  userData: \n  assetBundleName: \n  assetBundleVariant: \n"
)
_IMPORTERS: Final = {
    ".cs": _SCRIPT,
    ".asmdef": f"AssemblyDefinitionImporter:\n{_TAIL}",
    ".md": f"TextScriptImporter:\n{_TAIL}",
    "package.json": f"PackageManifestImporter:\n{_TAIL}",
}


def assets() -> Iterator[Path]:
    """Every file and folder that Unity imports: with the samples, which it copies, and without the documentation."""
    for path in sorted(PACKAGE.rglob("*")):
        parts = path.relative_to(PACKAGE).parts
        hidden = parts == ("Samples~",) or parts[0] == "Documentation~" or any(part.startswith(".") for part in parts)
        if path.suffix != ".meta" and not hidden:
            yield path


def meta_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.meta")


def content(path: Path) -> str:
    """A new .meta: the GUID comes from the name under which the file is born."""
    name = path.relative_to(PACKAGE).as_posix()
    guid = hashlib.md5(f"com.eyebridge.face/{name}".encode(), usedforsecurity=False).hexdigest()
    folder = f"folderAsset: yes\nDefaultImporter:\n{_TAIL}"
    importer = folder if path.is_dir() else _IMPORTERS.get(path.name) or _IMPORTERS.get(path.suffix, "")
    return f"fileFormatVersion: 2\nguid: {guid}\n{importer or f'DefaultImporter:{chr(10)}{_TAIL}'}"


def main() -> None:
    for path in assets():
        if not meta_of(path).exists():
            meta_of(path).write_text(content(path), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
