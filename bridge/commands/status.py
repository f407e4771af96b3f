"""The live line at the terminal about a running daemon."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.live import Live
from rich.text import Text

from bridge.channels import ACTION_UNITS, EMOTIONS
from bridge.commands.terminal import console
from bridge.daemon import Report


@contextmanager
def status_line() -> Iterator[Callable[[Report], None]]:
    """A live line about the running daemon; on a terminal only, so that logs in files stay readable."""
    if not console.is_terminal:
        yield lambda report: None
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield lambda report: live.update(_line(report), refresh=True)


def _line(report: Report) -> Text:
    status, result = report.status, report.result
    unit = max(zip(result.expression.action_units, ACTION_UNITS, strict=True), key=lambda pair: pair[0])
    mood = max(zip(result.expression.emotions, EMOTIONS, strict=True), key=lambda pair: pair[0])
    eyes = {(True, True): "both eyes", (True, False): "left eye only", (False, True): "right eye only"}
    line = Text(f"{status.fps:5.1f} fps  {status.latency_ms:4.1f} ms  ", style="bold")
    line.append(eyes.get(result.seen, "no eye seen"), style="" if any(result.seen) else "red")
    line.append(f"  {unit[1].label} {unit[0]:.0%}", style="cyan")
    line.append(f"  {mood[1].label} {mood[0]:.0%}", style="magenta")
    if status.guide is not None:
        line.append(f"  {status.guide.prompt.text} ({status.guide.prompt.seconds:.0f} s)", style="yellow")
    elif status.progress is not None:
        line.append(f"  taking your neutral image {status.progress:.0%}: relax, look ahead", style="yellow")
    elif not result.personalized:
        line.append("  not personalized", style="yellow")
    for camera in status.cameras:
        if camera.state != "ok":
            line.append(f"  {camera.name} {camera.problem or camera.state}", style="red")
    if status.dropped:
        line.append(f"  {status.dropped} dropped", style="yellow")
    return line.append("   Ctrl-C stops", style="dim")
