"""A page in a real browser: every card starts, plays, turns and stays quiet when asked."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from lavimo.motion.clip import Motion
from lavimo.render import page

ATTACK = "<img src=x onerror=\"document.body.dataset.hacked='1'\"></script>"

# A headless browser on virtual time hands out few frames: here they come by the clock.
FRAMES = """<script>
window.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 16);
</script>"""
PROBE = """<script>
const said = {}, wait = (ms) => new Promise((done) => setTimeout(done, ms));
// A busy machine draws late: conditions are waited for, not trusted after a fixed time.
const until = async (ok) => { for (let i = 0; i < 100 && !ok(); i++) await wait(20); return ok(); };
addEventListener("error", (e) => { said.error = e.message; });
addEventListener("load", async () => {
  const card = document.querySelector(".lvm-card"), canvas = card.querySelector("canvas");
  const ink = () => canvas.toDataURL(), clock = () => card.querySelector(".lvm-time").textContent;
  const button = card.querySelector(".lvm-play"), slider = card.querySelector("input");
  const key = (name) => canvas.dispatchEvent(new KeyboardEvent("keydown", { key: name }));
  await until(() => document.querySelectorAll("[data-ready='1'].lvm-card").length === 3);
  said.ready = document.querySelectorAll("[data-ready='1'].lvm-card").length;
  // A card starts by itself once it is seen, which may come late; only then can it be paused.
  await until(() => button.getAttribute("aria-label") === "Pause");
  if (button.getAttribute("aria-label") === "Pause") button.click();
  const scrub = (to) => { slider.value = to; slider.dispatchEvent(new Event("input")); };
  scrub(0); await until(() => clock().startsWith("0.0 ")); await wait(200);
  const start = ink(); said.start = clock();
  scrub(1000); await until(() => clock().startsWith("3.0 "));
  said.end = clock(); said.scrubbed = await until(() => ink() !== start);
  scrub(0); said.same = await until(() => ink() === start);
  key("ArrowRight"); said.turned = await until(() => ink() !== start);
  key("Home"); said.home = await until(() => ink() === start);
  button.click();
  said.played = await until(() => parseFloat(clock()) > 0.5);
  said.label = button.getAttribute("aria-label");
  button.click(); const held = clock(); await wait(200); said.paused = clock() === held;
  const other = document.querySelectorAll(".lvm-card")[1], point = (kind) =>
    other.dispatchEvent(new PointerEvent(kind, { pointerType: "mouse" }));
  point("pointerenter");
  said.hovered = await until(() => other.classList.contains("lvm-playing"));
  point("pointerleave");
  said.left = await until(() => !other.classList.contains("lvm-playing"));
  document.querySelector(".lvm-look").click();
  said.theme = getComputedStyle(card).getPropertyValue("--lvm-scheme").trim();
  scrub(0); said.dark = await until(() => ink() !== start);
  document.body.dataset.said = JSON.stringify(said);
});
</script>"""


@pytest.fixture(scope="module")
def browser() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium found; install it to test pages in a browser")


def _dom(browser: str, html: str, folder: Path, *flags: str) -> str:
    path = folder / "page.html"
    path.write_text(html, "utf-8")
    done = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/user",
         "--virtual-time-budget=30000", "--window-size=1000,900", *flags, "--dump-dom",
         path.as_uri()],
        capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    return done.stdout


def _page(walk: Motion) -> str:
    cards = [page.card(walk.positions, title=ATTACK, lines=[ATTACK], rank=n) for n in (1, 2, 3)]
    return page.page([(ATTACK, ATTACK, cards)], ATTACK)


def test_a_page_plays_turns_and_runs_nothing_it_was_told(
    walk: Motion, browser: str, tmp_path: Path
):
    html = _page(walk).replace("<title>", FRAMES + "<title>").replace("</body>", PROBE + "</body>")
    dom = _dom(browser, html, tmp_path)
    found = re.search(r'data-said="([^"]*)"', dom)
    assert found, "the page's script did not finish"
    said = json.loads(unescape(found[1]))
    assert "data-hacked=" not in dom.replace(unescape(ATTACK), "")
    assert "error" not in said
    assert said["ready"] == 3
    assert (said["start"], said["end"]) == ("0.0 / 3.0 s", "3.0 / 3.0 s")
    for what in (
        "scrubbed",
        "same",
        "turned",
        "home",
        "played",
        "paused",
        "dark",
        "hovered",
        "left",
    ):
        assert said[what], what
    assert said["label"] == "Pause"
    assert said["theme"] == "dark"


def test_reduced_motion_is_respected(walk: Motion, browser: str, tmp_path: Path):
    still = _dom(browser, _page(walk), tmp_path, "--force-prefers-reduced-motion")
    assert still.count('data-ready="1"') >= 3
    assert "lvm-card lvm-playing" not in still


def test_several_notebook_outputs_live_on_one_page(walk: Motion, browser: str, tmp_path: Path):
    one = np.asarray(walk.positions[:10])
    outputs = [page.notebook([page.card(one, title="a"), page.card(one, title="b")]) for _ in "xy"]
    dom = _dom(browser, f"<body data-jp-theme-light='false'>{''.join(outputs)}</body>", tmp_path)
    assert dom.count('data-ready="1"') == 4
    assert dom.count('<div class="lvm lvm-note-book" data-theme="dark">') == 2
