"""The Unity package: its core and its engine layer, compiled and run by mono on stand-ins for the engine."""

import json
import random
import re
import shutil
import socket
import struct
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from bridge.osc import OscError
from tests.engine_plugins.packets import FRAMES, NATIVE, UNREAD, golden, single
from tests.engine_plugins.unity.bench import measure, seeds
from tests.engine_plugins.unity.build import HERE, Build
from tests.engine_plugins.unity.metas import PACKAGE, assets, meta_of
from tests.golden.make import HERE as GOLDEN
from tests.sinks.peers import need
from tests.sinks.test_native import PROTOCOL, frame_of

REFUSED = json.loads((GOLDEN / "refused.json").read_text())
GUIDS = {
    "EyebridgeFace": "3de1f1eed93cc7bc23af489f737006cf",
    "EyebridgeGaze": "b8d74b43809891b5c21ebead16a0472c",
    "EyebridgeLight": "1478b19f71a2cf81ccc00255d1acd59c",
    "EyebridgeReceiver": "9d9d40b6254c4046890fd002483a084d",
    "EyebridgeVolume": "fcdcf4e6a00c540d7f9df0978abd8823",
    "FaceMapping": "54b50cd590ca72085bafdfe083d3c6c1",
}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The whole package, compiled without a warning, each assembly with only what its asmdef lets it see."""
    build = Build(tmp_path_factory.mktemp("unity"), need)
    build.package()
    build.core_program()
    return build


def decoded(build: Build, packets: Sequence[bytes]) -> list[str]:
    """A line for each packet: the frame as JSON, or why the core sees none."""
    data = b"".join(struct.pack(">i", len(packet)) + packet for packet in packets)
    return build.run(build.folder / "core.exe", "decode", data=data).splitlines()


def test_the_specification_and_the_tables_agree(build: Build) -> None:
    text = PROTOCOL.read_text(encoding="utf-8")
    sections = re.findall(r"^### (/\S+)\n(.*?)(?=^#)", text, re.MULTILINE | re.DOTALL)
    row = re.compile(r"^\| (\d+) \| ([if]) \| `(\w+)` \| (\S+) \| (\S+) \| (\S+) \|", re.MULTILINE)
    written = [
        [address, int(n), tag, name, *map(float, numbers)]
        for address, body in sections
        if address not in UNREAD
        for n, tag, name, *numbers in row.findall(body)
    ]
    assert json.loads(build.run(build.folder / "core.exe", "layout")) == written


def test_golden_frames_mean_what_their_json_says(build: Build) -> None:
    lines = decoded(build, [path.read_bytes() for path in FRAMES])
    assert [single(json.loads(line)) for line in lines] == [golden(path.stem) for path in FRAMES]


def test_damaged_frames_are_refused_for_their_reason(build: Build) -> None:
    lines = decoded(build, [(GOLDEN / name).read_bytes() for name in REFUSED])
    level = {"Damaged": "packet", "NotAFrame": "frame", "NewerVersion": "frame"}
    found = dict(zip(REFUSED, lines, strict=True))
    assert {name: level[line] for name, line in found.items()} == {n: entry["level"] for n, entry in REFUSED.items()}
    assert found["refused_version_2.osc"] == "NewerVersion"


def mutant(packet: bytes, dice: random.Random) -> bytes:
    data = bytearray(packet)
    for _ in range(dice.randint(1, 2)):
        at = dice.randrange(len(data))
        kind = dice.randrange(5)
        if kind == 0:
            data[at] = dice.randrange(256)
        elif kind == 1:
            del data[at // 4 * 4 : at // 4 * 4 + 4 * dice.randint(1, 8)]
        elif kind == 2:
            data[at // 4 * 4 : at // 4 * 4] = bytes(4)
        elif kind == 3:
            data[at // 4 * 4 : at // 4 * 4 + 4] = struct.pack(">f", dice.choice([-9e9, 9e9, -0.5, 2.0, float("inf")]))
        else:
            data[at] ^= 1 << dice.randrange(8)
        data = data or bytearray(packet)
    return bytes(data)


def verdict_of(packet: bytes) -> str:
    try:
        values = frame_of(packet)
    except (OscError, IndexError):  # no message at all is no frame, either way it is put
        return "refused"
    return "refused" if values is None else "frame"


def test_mutants_are_judged_as_by_the_daemons_own_reader(build: Build) -> None:
    dice = random.Random(7)
    packets = [mutant(dice.choice(NATIVE).read_bytes(), dice) for _ in range(4000)]
    # Python's reader forgets whether a float came as f or d, an int as i, h or t; the specification wants f and i.
    packets = [packet for packet in packets if len(packet) <= 1400 and not re.search(rb",[ifs]*[dht]", packet)]
    ours = [verdict_of(packet) for packet in packets]
    lines = decoded(build, packets)
    for packet, expected, line in zip(packets, ours, lines, strict=True):
        assert ("frame" if line.startswith("{") else "refused") == expected, packet.hex()
    assert 200 < ours.count("frame") < len(ours) - 200


def test_no_datagram_breaks_the_core(build: Build) -> None:
    report = build.run(build.folder / "core.exe", "fuzz", "100000", "1", *seeds())
    frames, damaged, other = map(int, re.findall(r"\d+", report)[:3])
    assert min(frames, damaged, other) > 1000


def test_datagrams_come_through_a_real_socket(build: Build) -> None:
    session = [(GOLDEN / f"native_{name}.osc").read_bytes() for name in ("neutral", "happy", "wink", "one_eye", "ramp")]
    with (
        build.start(build.folder / "core.exe", "listen") as peer,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours,
    ):
        assert peer.stdin is not None
        assert peer.stdout is not None
        deadline = threading.Timer(60, peer.kill)
        deadline.start()
        address = ("127.0.0.1", int(peer.stdout.readline()))
        shown = []
        for packet in session:
            ours.sendto(packet, address)
            shown.append(json.loads(peer.stdout.readline()))
        for junk in (session[1], b"", b"junk", bytes(60000), (GOLDEN / "refused_version_2.osc").read_bytes()):
            ours.sendto(junk, address)
        last = bytearray(session[1])
        for at in (0x34, len(last) - 4):
            last[at : at + 4] = struct.pack(">i", 9)
        ours.sendto(last, address)
        shown.append(json.loads(peer.stdout.readline()))
        peer.stdin.close()
        counts = peer.stdout.read().strip()
        deadline.cancel()
    assert shown[:5] == [frame_of(packet) for packet in session]
    assert shown[5]["/eyebridge/frame"]["sequence"] == 9
    # A machine that pauses half a second forgets the sequence, so what is late or lost may be less.
    assert re.fullmatch(r"accepted [67] refused 4 lost [04] late [01] newer True", counts)


def test_a_steady_stream_allocates_nothing(build: Build) -> None:
    for work, found in measure(build).items():
        if work != "latency":
            assert found["collections"] == 0, work
            assert found["bytes"] < found["frames"] / 10, f"{work}: an object in every hundred and sixty frames"


def test_the_packages_own_tests_pass(build: Build) -> None:
    assert passed(build.test(build.assembly("Eyebridge.Tests"))) >= 40


def test_drivers_and_editor_work_on_the_stand_ins(build: Build) -> None:
    assert passed(build.test(build.engine_tests())) >= 16


def test_the_manuals_example_compiles(build: Build, tmp_path: Path) -> None:
    manual = (PACKAGE / "Documentation~" / "eyebridge.md").read_text(encoding="utf-8")
    lines = manual.partition("## Your own driver\n")[2].splitlines()
    (tmp_path / "Blush.cs").write_text("\n".join(line for line in lines if line.startswith("    ")))
    references = ["UnityEngine.dll", "Eyebridge.Core.dll", "Eyebridge.dll"]
    assert build.compile("Blush.dll", [tmp_path / "Blush.cs"], references).is_file()


def passed(report: str) -> int:
    counts = re.search(r"Tests run: (\d+), Errors: 0, Failures: 0, Inconclusive: 0", report)
    assert counts, report
    assert "Not run: 0" in report, report
    return int(counts[1])


@pytest.mark.parametrize(
    ("name", "broken", "says"),
    [
        ("Eyebridge.Core", "class C { object o = new UnityEngine.Mesh(); }", "UnityEngine"),
        ("Eyebridge", "class C { object o = new UnityEditor.Editor(); }", "UnityEditor"),
        ("Eyebridge.Editor", "class C { int unused; }", "CS0169"),
    ],
)
def test_the_compiler_sees_what_an_assembly_may_not_use(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, broken: str, says: str
) -> None:
    (tmp_path / "Broken.cs").write_text(broken)
    monkeypatch.setattr("tests.engine_plugins.unity.build.sources", lambda _: [tmp_path / "Broken.cs"])
    folder = tmp_path / "built"
    shutil.copytree(build.folder, folder)
    with pytest.raises(AssertionError, match=says):
        Build(folder, need).assembly(name)


def guid_of(path: Path) -> str:
    found = re.search(r"^guid: ([0-9a-f]{32})$", meta_of(path).read_text(encoding="utf-8"), re.MULTILINE)
    assert found, path
    return found[1]


def test_every_asset_has_a_meta_of_its_own() -> None:
    found = list(assets())
    assert [path for path in found if not meta_of(path).is_file()] == []
    assert sorted(PACKAGE.rglob("*.meta")) == sorted(map(meta_of, found))
    guids = [guid_of(path) for path in found]
    assert len(set(guids)) == len(guids) > 30
    importers = {".cs": "MonoImporter", ".asmdef": "AssemblyDefinitionImporter", ".md": "TextScriptImporter"}
    for path in found:
        importer = "folderAsset: yes" if path.is_dir() else importers.get(path.suffix, "PackageManifestImporter")
        assert f"\n{importer}" in meta_of(path).read_text(encoding="utf-8"), path


def test_what_scenes_refer_to_keeps_its_guid() -> None:
    named = {path.stem: guid_of(path) for path in assets() if path.suffix == ".cs"}
    assert {name: named[name] for name in GUIDS} == GUIDS
    for path in assets():
        text = path.read_text(encoding="utf-8") if path.suffix == ".cs" else ""
        for name in re.findall(
            r"class (\w+) : (?:EyebridgeDriver|MonoBehaviour|ScriptableObject|EditorWindow)\b", text
        ):
            assert path.stem == name, "Unity finds a script by the name of its file"
            assert name in GUIDS or name in ("EyebridgeDriver", "EyebridgeWindow")


def test_assembly_definitions_refer_to_what_is_there() -> None:
    found = {path: json.loads(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.asmdef")}
    ours = {definition["name"] for definition in found.values()}
    for path, definition in found.items():
        assert path.stem == definition["name"]
        assert definition["noEngineReferences"] == (definition["name"] == "Eyebridge.Core")
        for reference in definition["references"]:
            assert reference in ours or reference.startswith(("Unity.RenderPipelines.", "UnityEngine.", "UnityEditor."))
        in_editor = "Editor" in path.relative_to(PACKAGE).parts
        assert definition["includePlatforms"] == (["Editor"] if in_editor else []), path
    tests = next(definition for definition in found.values() if definition["name"] == "Eyebridge.Tests")
    assert tests["defineConstraints"] == ["UNITY_INCLUDE_TESTS"]
    assert tests["precompiledReferences"] == ["nunit.framework.dll"]
    assert not tests["autoReferenced"]


def test_the_manifest_says_what_unity_asks_for() -> None:
    manifest = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))
    assert manifest["name"] == "com.eyebridge.face"
    assert manifest["unity"] == "2021.3"
    assert {"displayName", "description", "license", "author", "keywords"} <= set(manifest)
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    changes = (PACKAGE / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", changes, re.MULTILINE)[0] == manifest["version"]
    for sample in manifest["samples"]:
        assert any((PACKAGE / sample["path"]).iterdir())
    licence = (PACKAGE / "LICENSE.md").read_text(encoding="utf-8")
    assert licence == (PACKAGE.parents[1] / "LICENSE").read_text(encoding="utf-8")


def test_source_files_are_tidy() -> None:
    for path in [*PACKAGE.rglob("*.cs"), *HERE.rglob("*.cs")]:
        text = path.read_text(encoding="utf-8")
        assert "\t" not in text, path
        assert not [line for line in text.splitlines() if len(line) > 120 or line != line.rstrip()], path
        assert text.endswith("}\n") or path.name == "AssemblyInfo.cs", path
