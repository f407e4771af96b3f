"""What the engine and its header tool would put before the compiler, written into a folder for one test."""

import re
from pathlib import Path
from typing import Final

STUBS: Final = Path(__file__).parent / "stubs"

_CLASS: Final = re.compile(
    r"^(?P<macro>UCLASS|USTRUCT)\(|^(?:class|struct) (?:\w+_API )?(?P<name>\w+)(?: : public (?P<base>\w+))?$"
)


def write(folder: Path, headers: list[Path]) -> Path:
    """Forwards the engine's include paths to the stand-ins and writes the .generated.h of our headers.

    Returns the folder. Raises ValueError for a header that the header tool would not take.
    """
    for line in (STUBS / "headers.txt").read_text(encoding="utf-8").splitlines():
        path, stub = line.split()
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f'#pragma once\n#include "{stub}"\n', encoding="utf-8")
    for header in headers:
        text = header.read_text(encoding="utf-8")
        if "GENERATED_BODY()" in text:
            (folder / f"{header.stem}.generated.h").write_text(generated(header.stem, text), encoding="utf-8")
    return folder


def generated(stem: str, text: str) -> str:
    """The file that the header tool would write for a header with reflected types."""
    includes = re.findall(r'^#include "(.+)"$', text, re.MULTILINE)
    if not includes or includes[-1] != f"{stem}.generated.h":
        raise ValueError(f"{stem}.h must include {stem}.generated.h, and nothing after it")
    lines = ["#pragma once", "#undef CURRENT_FILE_ID", f"#define CURRENT_FILE_ID {stem}"]
    macro = name = base = None
    for number, line in enumerate(text.splitlines(), 1):
        found = _CLASS.match(line)
        if found and found["macro"]:
            macro, name = found["macro"], None
        elif found and macro and name is None:
            name, base = found["name"], found["base"]
        elif line.strip() == "GENERATED_BODY()":
            if macro is None or name is None:
                raise ValueError(f"{stem}.h:{number}: GENERATED_BODY() is in no reflected type")
            body = _class_body(name, base) if macro == "UCLASS" else "public:"
            lines.append(f"#define GENERATED_{stem}_{number} {body}")
            macro = None
    if macro is not None:
        raise ValueError(f"{stem}.h: {name} has no GENERATED_BODY()")
    return "\n".join(lines) + "\n"


def _class_body(name: str, base: str | None) -> str:
    if base is None:
        raise ValueError(f"{name} derives from nothing: a reflected class derives from UObject")
    one = "static UClass* StaticClass() { static UClass Class; return &Class; }"
    return f"public: using Super = {base}; using ThisClass = {name}; {one} private:"
