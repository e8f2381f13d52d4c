"""A page in a real browser: every card starts, plays, turns and stays quiet when asked.

With WebGL (in software) cards show avatars, without it figures; both do the same.
"""

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

SOFTWARE_GL = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
NO_GL = ("--disable-gpu", "--disable-3d-apis")

# A headless browser on virtual time hands out few frames: here they come by the clock.
FRAMES = """<script>
let contexts = 0;
const plain = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  const made = plain.call(this, kind, ...more);
  if (kind === "webgl2" && made) contexts++;
  return made;
};
window.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 40);
</script>"""
PROBE = """<script>
const said = {}, wait = (ms) => new Promise((done) => setTimeout(done, ms));
// A busy machine draws late: conditions are waited for, not trusted after a fixed time.
const until = async (ok) => { for (let i = 0; i < 100 && !ok(); i++) await wait(20); return ok(); };
addEventListener("error", (e) => { said.error = e.message; });
addEventListener("load", async () => {
  const card = document.querySelector(".lvm-card"), canvas = card.querySelector("canvas");
  // A small copy: a browser may rasterise the same drawing a little differently from time to time.
  const small = document.createElement("canvas");
  small.width = 60; small.height = 50;
  const pen = small.getContext("2d", { willReadFrequently: true });
  const ink = () => {
    pen.drawImage(canvas, 0, 0, 60, 50);
    return pen.getImageData(0, 0, 60, 50).data;
  };
  const like = (other) => ink().every((value, i) => Math.abs(value - other[i]) < 12);
  const clock = () => card.querySelector(".lvm-time").textContent;
  const button = card.querySelector(".lvm-play"), slider = card.querySelector("input");
  const key = (name) => canvas.dispatchEvent(new KeyboardEvent("keydown", { key: name }));
  await until(() => document.querySelectorAll("[data-ready='1'].lvm-card").length === 3);
  said.ready = document.querySelectorAll("[data-ready='1'].lvm-card").length;
  // A card starts by itself once it is seen, which may come late; only then can it be paused.
  await until(() => button.getAttribute("aria-label") === "Pause");
  if (button.getAttribute("aria-label") === "Pause") button.click();
  const scrub = (to) => { slider.value = to; slider.dispatchEvent(new Event("input")); };
  scrub(0); await until(() => clock().startsWith("0.0 ")); await wait(200);
  await until(() => card.classList.contains("lvm-bodied") || !WEBGL); await wait(400); scrub(0);
  const start = ink(); said.start = clock();
  scrub(1000); await until(() => clock().startsWith("1.5 "));
  said.end = clock(); said.scrubbed = await until(() => !like(start));
  scrub(0); said.same = await until(() => like(start));
  key("ArrowRight"); said.turned = await until(() => !like(start));
  key("Home"); said.home = await until(() => like(start));
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
  scrub(0); said.dark = await until(() => !like(start));
  document.querySelector(".lvm-look").click();
  scrub(0); said.light = await until(() => like(start));
  said.bodied = document.querySelectorAll(".lvm-bodied").length;
  const show = document.querySelector(".lvm-show"), side = document.querySelector(".lvm-side");
  const seen = (element) => getComputedStyle(element).display !== "none";
  said.offered = seen(show); said.coded = seen(side);
  show.click();
  said.swapped = !like(start); said.pressed = show.getAttribute("aria-pressed");
  said.figures = document.querySelectorAll(".lvm-bodied").length; said.legend = seen(side);
  key("f"); said.back = await until(() => like(start));
  said.contexts = contexts;
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
        [browser, "--headless", "--no-sandbox", f"--user-data-dir={folder}/user",
         "--virtual-time-budget=30000", "--window-size=1000,900", *flags, "--dump-dom",
         path.as_uri()],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    return done.stdout


def _page(walk: Motion) -> str:
    short = walk.positions[:31]
    cards = [page.card(short, title=ATTACK, lines=[ATTACK], rank=n) for n in (1, 2, 3)]
    return page.page([(ATTACK, ATTACK, cards)], ATTACK)


@pytest.mark.parametrize("webgl", [True, False])
def test_a_page_plays_turns_and_runs_nothing_it_was_told(
    walk: Motion, browser: str, tmp_path: Path, webgl: bool
):
    html = _page(walk).replace("<title>", FRAMES + "<title>")
    html = html.replace("</body>", PROBE.replace("WEBGL", str(webgl).lower()) + "</body>")
    dom = _dom(browser, html, tmp_path, *(SOFTWARE_GL if webgl else NO_GL))
    found = re.search(r'data-said="([^"]*)"', dom)
    assert found, "the page's script did not finish"
    said = json.loads(unescape(found[1]))
    assert "data-hacked=" not in dom.replace(unescape(ATTACK), "")
    assert "error" not in said
    assert said["ready"] == 3
    assert (said["start"], said["end"]) == ("0.0 / 1.5 s", "1.5 / 1.5 s")
    for what in (
        "scrubbed",
        "same",
        "turned",
        "home",
        "played",
        "paused",
        "dark",
        "light",
        "hovered",
        "left",
    ):
        assert said[what], what
    assert said["label"] == "Pause"
    assert said["theme"] == "dark"
    # One context for all three cards, or none and figures with their colours explained.
    assert said["contexts"] == int(webgl)
    assert said["bodied"] == (3 if webgl else 0)
    assert (said["offered"], said["coded"]) == (webgl, not webgl)
    assert said["swapped"] == webgl
    assert (said["pressed"], said["figures"], said["legend"], said["back"]) == (
        "true", 0, True, True)  # fmt: skip


def test_reduced_motion_is_respected(walk: Motion, browser: str, tmp_path: Path):
    still = _dom(browser, _page(walk), tmp_path, "--force-prefers-reduced-motion")
    assert len(re.findall(r'<article class="lvm-card[^>]* data-ready="1"', still)) == 3
    assert "lvm-card lvm-playing" not in still


def test_several_notebook_outputs_live_on_one_page(walk: Motion, browser: str, tmp_path: Path):
    one = np.asarray(walk.positions[:10])
    outputs = [page.notebook([page.card(one, title="a"), page.card(one, title="b")]) for _ in "xy"]
    dom = _dom(browser, f"<body data-jp-theme-light='false'>{''.join(outputs)}</body>", tmp_path)
    assert len(re.findall(r'<article class="lvm-card[^>]* data-ready="1"', dom)) == 4
    assert dom.count("<template") == 2
    assert dom.count('<div class="lvm lvm-note-book" data-theme="dark">') == 2
