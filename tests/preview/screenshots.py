"""Pictures of a running preview page, through headless Chromium.

python -m tests.preview.screenshots http://127.0.0.1:8765/?full happy.png --size 1440x900 --wait 4
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--hide-scrollbars",
)


def missing() -> str | None:
    """The browser program that this machine lacks, or None."""
    return next((name for name in ("chromium", "chromedriver") if shutil.which(name) is None), None)


@contextmanager
def browser(size: tuple[int, int] = (1440, 900), *flags: str) -> Iterator[Chrome]:
    """A headless Chromium with a new profile, whose page is exactly `size` CSS pixels large."""
    with tempfile.TemporaryDirectory(prefix="eyebridge-chromium-", ignore_cleanup_errors=True) as profile:
        options = ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        for flag in (*FLAGS, *flags, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        chrome = Chrome(options=options, service=Service(shutil.which("chromedriver") or "", log_output=os.devnull))
        try:
            width, height = size
            metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
            chrome.set_page_load_timeout(120)
            chrome.set_script_timeout(120)
            chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            yield chrome
        finally:
            chrome.quit()


def console(chrome: Chrome) -> list[str]:
    """What the page has complained about since the last call; the graphics driver's own remarks are left out."""
    entries: list[dict[str, str]] = chrome.get_log("browser")  # type: ignore[no-untyped-call]
    return [entry["message"] for entry in entries if entry["source"] not in ("rendering", "other")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("picture", type=Path, help="the PNG to write")
    parser.add_argument("--size", default="1440x900", help="CSS pixels (default %(default)s)")
    parser.add_argument("--wait", type=float, default=4.0, help="seconds for the scene to settle (default %(default)s)")
    asked = parser.parse_args()
    if (program := missing()) is not None:
        sys.exit(f"{program} is not installed")
    width, height = map(int, asked.size.split("x"))
    with browser((width, height)) as chrome:
        chrome.get(asked.url)
        time.sleep(asked.wait)
        chrome.save_screenshot(str(asked.picture))
        for message in console(chrome):
            print(message, file=sys.stderr)


if __name__ == "__main__":
    main()
