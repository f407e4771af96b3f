"""All settings as one frozen model, composed of each stage's own options.

The TOML file, the command line flags and the sliders of the preview all derive from it; nothing is written twice. What
a flag says wins over the file, the file over the defaults. An unknown or impossible setting is refused by name.
"""

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import platformdirs
import tomlkit
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import CliSuppress

from bridge import headsets
from bridge.errors import BridgeError
from bridge.files import toml_of, write_atomically
from bridge.inlets import InletsOptions
from bridge.network import NetworkOptions
from bridge.pipeline import PipelineOptions
from bridge.preview import PreviewOptions, Slider
from bridge.prompts import PromptsOptions
from bridge.sinks.artnet import ArtNetOptions
from bridge.sinks.hyperion import HyperionOptions
from bridge.sinks.ifacialmocap import IFacialMocapOptions
from bridge.sinks.livelink import LiveLinkOptions
from bridge.sinks.native import NativeOptions
from bridge.sinks.values import ValuesOptions
from bridge.sinks.vmc import VmcOptions
from bridge.sinks.vrcft import BabbleOptions, EyeTrackVrOptions
from bridge.sinks.vrchat import VrchatOptions
from bridge.sinks.zeromq import ZeroMqOptions
from bridge.sources.cameras import CamerasOptions
from bridge.sources.face import FaceInput


class TargetsOptions(BaseModel, frozen=True, extra="forbid"):
    """Where each frame goes; any number of targets at once."""

    native: NativeOptions = NativeOptions()
    vrchat: VrchatOptions = VrchatOptions()
    vmc: VmcOptions = VmcOptions()
    livelink: LiveLinkOptions = LiveLinkOptions()
    eyetrackvr: EyeTrackVrOptions = EyeTrackVrOptions()
    babble: BabbleOptions = BabbleOptions()
    values: ValuesOptions = ValuesOptions()
    ifacialmocap: IFacialMocapOptions = IFacialMocapOptions()
    zeromq: ZeroMqOptions = ZeroMqOptions()
    hyperion: HyperionOptions = HyperionOptions()
    artnet: ArtNetOptions = ArtNetOptions()


class SourceSettings(FaceInput, frozen=True, extra="forbid"):
    """Eye cameras, or a face camera."""

    kind: Literal["eyes", "face"] = Field(
        default="eyes",
        description="eyes: SOURCE, or the headset's cameras, show eyes; face: a face camera drives the whole face, "
        "from SOURCE or --source.camera; it needs --source.landmarks",
    )


class Config(PipelineOptions):
    """Every setting of the daemon."""

    source: SourceSettings = SourceSettings()
    network: NetworkOptions = NetworkOptions()
    targets: TargetsOptions = TargetsOptions()
    preview: PreviewOptions = PreviewOptions()
    prompts: PromptsOptions = PromptsOptions()
    inlets: InletsOptions = InletsOptions()
    cameras: CliSuppress[CamerasOptions] = CamerasOptions()


def default_path() -> Path:
    """The settings file that is read when none is named."""
    return Path(platformdirs.user_config_dir("eyebridge", appauthor=False)) / "eyebridge.toml"


def read_settings(path: Path | None) -> dict[str, Any]:
    """What a settings file says, unchecked; {} when none is named and the default one does not exist.

    Raises BridgeError when a named file is missing or any file is not TOML.
    """
    chosen = path or default_path()
    if path is None and not chosen.is_file():
        return {}
    try:
        return toml_of(chosen.read_bytes())
    except OSError as error:
        raise BridgeError(f"cannot read the settings file {chosen}: {error.strerror or error}") from error
    except ValueError as error:
        raise BridgeError(
            f"the settings file {chosen} is not valid TOML: {error}; mend that line or delete it"
        ) from error


def worn(settings: Config, path: Path | None) -> Config:
    """The settings, and what is saved for the wearer's headset wherever they say nothing themselves.

    `path` is their file, None for the default one. Raises BridgeError when what is saved is damaged.
    """
    saved = headsets.load(headsets.folder_beside(path or default_path()), settings.personalization.headset)
    if saved is None:
        return settings
    rectification = headsets.merged(saved.rectification, settings.rectification)
    cameras = settings.cameras if settings.cameras.chosen else saved.cameras
    return settings.model_copy(update={"rectification": rectification, "cameras": cameras})


def save_settings(config: Config, path: Path | None) -> Path:
    """Store sliders and switches that differ from the defaults, keeping a person's own comments and other lines.

    Raises BridgeError when the disk refuses or the file there is not TOML.
    """
    chosen = path or default_path()
    document = tomlkit.document()
    if chosen.is_file():
        read_settings(chosen)  # says what is wrong before anything is overwritten
        document = tomlkit.parse(chosen.read_text("utf-8"))
    defaults = Config()
    switches = [f"targets.{name}.enabled" for name in TargetsOptions.model_fields]
    for path_ in (*(slider.path for slider in sliders(config)), *switches):
        table: Any = document
        *tables, key = path_.split(".")
        value = get(config, path_)
        if value == get(defaults, path_) and get_or_none(document, path_) is None:
            continue
        for name in tables:
            table = table.setdefault(name, tomlkit.table())
        table[key] = value
    write_atomically(chosen, tomlkit.dumps(document).encode())
    return chosen


def get(model: BaseModel, path: str) -> Any:
    """A setting by its dotted name."""
    value: Any = model
    for name in path.split("."):
        value = getattr(value, name)
    return value


def get_or_none(table: Any, path: str) -> Any:
    """A value of nested tables by its dotted name, None where it is absent."""
    for name in path.split("."):
        table = table.get(name) if hasattr(table, "get") else None
    return table


def sliders(config: Config) -> list[Slider]:
    """The settings that may be changed while the daemon runs: those whose field declares a slider."""
    return list(_sliders(config, ""))


def _sliders(model: BaseModel, prefix: str) -> Iterator[Slider]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _sliders(value, f"{prefix}{name}.")
        elif isinstance(field.json_schema_extra, dict) and "slider" in field.json_schema_extra:
            low, high, step = _three_numbers(field.json_schema_extra["slider"])
            title = f"{prefix}{name}".partition(".")[2].replace(".", ", ").replace("_", " ")
            yield Slider(f"{prefix}{name}", title, field.description or "", float(value), low, high, step)


def _three_numbers(value: Any) -> tuple[float, float, float]:
    low, high, step = value
    return float(low), float(high), float(step)


def adjusted(config: Config, path: str, value: float) -> Config:
    """The same settings with one slider moved.

    Raises BridgeError for a path that is no slider or a value outside its range.
    """
    slider = next((slider for slider in sliders(config) if slider.path == path), None)
    if slider is None:
        raise BridgeError(f"{path} cannot be changed while eyebridge runs; set it in the settings file and start again")
    if not slider.low <= value <= slider.high:
        raise BridgeError(f"{path} goes from {slider.low:g} to {slider.high:g}, not {value:g}")
    tree = config.model_dump()
    branch: Any = tree
    *tables, key = path.split(".")
    for name in tables:
        branch = branch[name]
    branch[key] = value
    return Config.model_validate(tree)


def switched(config: Config, target: str, on: bool) -> Config:
    """The same settings with one target switched on or off.

    Raises BridgeError for a name that is no target.
    """
    if target not in TargetsOptions.model_fields:
        raise BridgeError(f"there is no target {target}; choose one of {', '.join(TargetsOptions.model_fields)}")
    options = getattr(config.targets, target).model_copy(update={"enabled": on})
    return config.model_copy(update={"targets": config.targets.model_copy(update={target: options})})


def explain(error: ValidationError, model: type[BaseModel]) -> str:
    """A validation error as one sentence that names the setting, what is wrong and what would be right."""
    return "; ".join(_explain(detail, model) for detail in error.errors(include_url=False))


def _explain(detail: ErrorDetails, model: type[BaseModel]) -> str:
    path = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        near = difflib.get_close_matches(path, list(paths(model)), n=1, cutoff=0.5)
        return f"there is no setting {path}" + (f"; did you mean {near[0]}?" if near else "")
    wrong = detail["msg"].removeprefix("Value error, ").replace("Input should", "it should")
    return f"{path} = {detail['input']!r} will not do: {wrong}"


def paths(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The dotted names of all settings of a model."""
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from paths(field.annotation, f"{prefix}{name}.")
