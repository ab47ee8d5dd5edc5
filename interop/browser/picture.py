"""A picture of the pages that a login ends with, for the documentation: light and dark, success and problem.

With `pngquant`, of the package of that name, as there are few colours in it.
"""

import base64
import pathlib
import subprocess
import tempfile

from chromium import Chromium
from login import Login

# In CSS pixels.
PAGE = (520, 550)
GAP = 16

SHEET = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Pages</title>
<style>
body {{ margin: 0; padding: {gap}px; display: grid; grid-template-columns: repeat(2, {width}px); gap: {gap}px;
  background: #fff }}
img {{ display: block; border-radius: 10px; outline: 1px solid #d0d5db }}
</style>{images}</html>"""


def picture(providers, file):
    shots = []
    with tempfile.TemporaryDirectory(prefix="onerealm-picture-") as folder:
        for button, title in (("sign_in", "Signed in - onerealm"), ("cancel", "Not signed in - onerealm")):
            with Login(providers) as login, Chromium(size=PAGE) as browser:
                browser.open(login.address)
                browser.fill("input[name=user_name]", "alice@contoso.example")
                browser.click(f"button[value={button}]")
                browser.wait_for(lambda: browser.title == title)
                for dark in (False, True):
                    browser.emulate(dark=dark, size=PAGE)
                    shot = pathlib.Path(folder) / f"{len(shots)}.png"
                    browser.screenshot(shot)
                    shots.append(base64.b64encode(shot.read_bytes()).decode())
    width, height = PAGE
    images = "".join(f'<img alt="" width="{width}" height="{height}" src="data:image/png;base64,{shot}">' for shot in shots)
    sheet = SHEET.format(gap=GAP, width=width, images=images)
    with Chromium(size=(2 * width + 3 * GAP, 2 * height + 3 * GAP)) as browser:
        browser.open("data:text/html;base64," + base64.b64encode(sheet.encode()).decode())
        browser.screenshot(file)
    subprocess.run(["pngquant", "--force", "--strip", "--speed", "1", "--output", file, "48", file], check=True)
