// Plays the clips of a page: joint positions in, a shaded figure on a canvas out. No libraries.
// FIGURE is the table of body shapes, colours and light that lavimo.render.figure also paints by.
(() => {
  "use strict";
  const FIGURE = /*FIGURE*/ null;
  const JOINTS = 22, ROW = 23; // the 23rd point of a row is where the camera has travelled to
  const AT = Object.fromEntries(FIGURE.names.map((name, i) => [name, i]));
  const PARTS = FIGURE.body.map(([points, radii, paint]) => ({ points: points.map((p) => AT[p]), radii, paint }));
  const SUMS = FIGURE.sums.map(([name, terms]) => [AT[name], terms.map(([joint, weight]) => [AT[joint], weight])]);
  const SHADE = FIGURE.shade.map(([name, radius]) => [AT[name], radius]);
  const LIGHT = FIGURE.light;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const clamp = (x, low, high) => Math.min(high, Math.max(low, x));
  const cards = new Set();

  const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  const css = (colour, bright = 1, alpha = 1) =>
    `rgba(${colour.map((c) => Math.round(clamp(c * bright, 0, 255))).join(",")},${alpha})`;
  const THEMES = Object.fromEntries(Object.entries(FIGURE.themes).map(([name, paints]) =>
    [name, Object.fromEntries(Object.entries(paints).map(([paint, hex]) => [paint, rgb(hex)]))]));
  const bright = (nx, ny, nz) => FIGURE.ambient + FIGURE.diffuse * (nx * LIGHT[0] + ny * LIGHT[1] + nz * LIGHT[2]);

  const blobs = {};
  function blob(theme) { // one soft disc, stretched into every shadow
    if (blobs[theme]) return blobs[theme];
    const disc = document.createElement("canvas");
    disc.width = disc.height = 64;
    const pen = disc.getContext("2d"), fill = pen.createRadialGradient(32, 32, 0, 32, 32, 32);
    for (let i = 0; i <= 8; i++) fill.addColorStop(i / 8, css(THEMES[theme].shadow, 1, Math.exp(-0.5 * (2.6 * i / 8) ** 2) * (1 - (i / 8) ** 6)));
    pen.fillStyle = fill;
    pen.fillRect(0, 0, 64, 64);
    return (blobs[theme] = disc);
  }

  function decode(text) {
    const raw = atob(text), bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    return new Int16Array(bytes.buffer);
  }

  class Player {
    constructor(card) {
      const clip = JSON.parse(card.dataset.clip);
      Object.assign(this, clip, { card, data: decode(clip.joints), yaw: clip.azimuth, pitch: clip.elevation });
      this.canvas = card.querySelector("canvas");
      this.pen = this.canvas.getContext("2d");
      this.button = card.querySelector(".lvm-play");
      this.slider = card.querySelector("input");
      this.clock = card.querySelector(".lvm-time");
      this.length = (this.frames - 1) / this.fps;
      this.time = this.rest = this.key / this.fps;
      this.points = new Float32Array(3 * FIGURE.names.length);
      this.seen = new Float32Array(3 * FIGURE.names.length);
      this.playing = this.held = this.stopped = false;
      this.listen();
      this.layout();
    }

    listen() {
      const { canvas, card } = this;
      new ResizeObserver(() => this.layout()).observe(canvas);
      new IntersectionObserver(([entry]) => this.appear(entry.isIntersecting), { threshold: 0.6 }).observe(canvas);
      card.addEventListener("pointerenter", (e) => e.pointerType === "mouse" && !this.stopped && !calm.matches && this.play());
      card.addEventListener("pointerleave", (e) => e.pointerType === "mouse" && !this.held && !this.dragging && this.settle());
      this.button.addEventListener("click", () => this.toggle());
      this.slider.addEventListener("input", () => {
        const asked = this.slider.value; // holding redraws, which sets the slider
        this.hold(false);
        this.time = asked / 1000 * this.length;
        this.draw();
      });
      card.querySelector(".lvm-copy")?.addEventListener("click", (e) => copy(card.querySelector(".lvm-take code"), e.currentTarget));
      canvas.addEventListener("pointerdown", (e) => { this.dragging = [e.clientX, e.clientY, 0]; canvas.setPointerCapture(e.pointerId); });
      canvas.addEventListener("pointermove", (e) => this.dragging && this.drag(e));
      canvas.addEventListener("pointerup", () => { if (this.dragging && this.dragging[2] < 5) this.toggle(); this.dragging = null; });
      canvas.addEventListener("pointercancel", () => { this.dragging = null; });
      canvas.addEventListener("dblclick", () => this.turn(this.azimuth, this.elevation));
      canvas.addEventListener("keydown", (e) => this.key_down(e));
    }

    key_down(e) {
      const turns = { ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };
      if (e.key in turns) this.turn(this.yaw + turns[e.key][0], this.pitch + turns[e.key][1]);
      else if (e.key === " " || e.key === "Enter") this.toggle();
      else if (e.key === "Home") this.turn(this.azimuth, this.elevation);
      else return;
      e.preventDefault();
    }

    drag(e) {
      const [x, y, far] = this.dragging, dx = e.clientX - x, dy = e.clientY - y;
      this.dragging = [e.clientX, e.clientY, far + Math.abs(dx) + Math.abs(dy)];
      this.turn(this.yaw - dx * 0.011, this.pitch + dy * 0.008);
    }

    turn(yaw, pitch) {
      this.yaw = yaw;
      this.pitch = clamp(pitch, 0.03, 1.4);
      this.draw();
    }

    toggle() { this.hold(!this.playing); }
    hold(on) { // what was asked for by hand outlives the pointer's coming and going
      this.held = on;
      this.stopped = !on;
      this.once = false;
      on ? this.play() : this.pause();
    }
    play() {
      if (this.playing || this.frames < 2) return;
      this.playing = true;
      this.last = null;
      this.label();
      requestAnimationFrame((now) => this.tick(now));
    }
    pause() { this.playing = false; this.label(); this.draw(); }
    settle() { if (!this.stopped) { this.pause(); this.time = this.rest; this.draw(); } }
    label() {
      this.card.classList.toggle("lvm-playing", this.playing);
      this.button.setAttribute("aria-label", this.playing ? "Pause" : "Play");
    }
    appear(visible) { // plays through once when first seen, then rests at its most telling moment
      this.visible = visible;
      if (!visible) { if (!this.held) this.pause(); return; }
      if (this.held) this.play();
      if (this.met || calm.matches) return this.draw();
      this.met = this.once = true;
      this.time = 0;
      this.play();
    }

    tick(now) {
      if (!this.playing) return;
      if (!this.card.isConnected || !this.visible) { this.playing = false; return; }
      // Many figures may move at once: the one that is pointed at is drawn as often as can be.
      if (this.last !== null && now - this.last < 30 && !this.card.matches(":hover")) return void requestAnimationFrame((next) => this.tick(next));
      if (this.last !== null) this.time += Math.min(0.1, (now - this.last) / 1000);
      this.last = now;
      if (this.time > this.length) {
        this.time = 0;
        if (this.once && !this.card.matches(":hover")) { this.once = false; return this.settle(); }
      }
      this.draw();
      requestAnimationFrame((next) => this.tick(next));
    }

    layout() {
      const box = this.canvas.getBoundingClientRect(), dense = Math.min(2, devicePixelRatio || 1);
      this.width = Math.max(2, Math.round(box.width * dense));
      this.height = Math.max(2, Math.round(box.height * dense));
      this.canvas.width = this.width;
      this.canvas.height = this.height;
      this.draw();
    }

    // Positions at a time between two frames, then the further points of the figure.
    pose(time) {
      const at = clamp(time * this.fps, 0, this.frames - 1), low = Math.min(Math.floor(at), Math.max(this.frames - 2, 0));
      const part = at - low, next = this.frames > 1 ? ROW * 3 : 0, base = low * ROW * 3, p = this.points;
      const value = (i) => (this.data[base + i] * (1 - part) + this.data[base + next + i] * part) * this.unit;
      this.anchor = [value(66), 0, value(68)];
      for (let j = 0; j < JOINTS; j++) for (let k = 0; k < 3; k++) p[3 * j + k] = value(3 * j + k) - this.anchor[k];
      for (const [to, terms] of SUMS) for (let k = 0; k < 3; k++) {
        let sum = 0;
        for (const [joint, weight] of terms) sum += weight * p[3 * joint + k];
        p[3 * to + k] = sum;
      }
      const d = (a, b, k) => p[3 * AT[a] + k] - p[3 * AT[b] + k];
      const a = [0, 1, 2].map((k) => d("left_shoulder", "right_shoulder", k)), u = [0, 1, 2].map((k) => d("head", "spine3", k));
      const n = [a[1] * u[2] - a[2] * u[1], a[2] * u[0] - a[0] * u[2], a[0] * u[1] - a[1] * u[0]], size = Math.hypot(...n) || 1;
      for (let k = 0; k < 3; k++) p[3 * AT.nose + k] = p[3 * AT.skull + k] + FIGURE.nose * this.scale * n[k] / size;
    }

    aim() {
      const s = Math.sin(this.yaw), c = Math.cos(this.yaw), se = Math.sin(this.pitch), ce = Math.cos(this.pitch);
      const forward = [-s * ce, -se, -c * ce], right = [c, 0, -s];
      const up = [-s * se, ce, -c * se];
      const [across, upwards] = this.offset;
      const eye = this.pivot.map((v, k) => v - forward[k] * this.distance - right[k] * across - up[k] * upwards);
      eye[1] = Math.max(eye[1], this.ground + 0.25);
      const focal = this.focal * this.height;
      this.project = (x, y, z) => {
        const dx = x - eye[0], dy = y - eye[1], dz = z - eye[2];
        const depth = forward[0] * dx + forward[1] * dy + forward[2] * dz, scale = focal / Math.max(depth, 0.2);
        return [this.width / 2 + scale * (right[0] * dx + right[2] * dz), this.height / 2 - scale * (up[0] * dx + up[1] * dy + up[2] * dz), scale, depth];
      };
      this.eye = eye;
      this.tilt = (x, z) => (eye[1] - this.ground) / Math.hypot(eye[0] - x, eye[1] - this.ground, eye[2] - z);
    }

    draw() {
      const theme = getComputedStyle(this.card).getPropertyValue("--lvm-scheme").trim() === "dark" ? "dark" : "light";
      this.paint = THEMES[theme];
      this.pose(this.time);
      this.aim();
      const pen = this.pen;
      pen.drawImage(this.ground_picture(theme), 0, 0);
      this.trail(pen);
      this.shadows(pen, blob(theme));
      for (let i = 0; i < this.points.length; i += 3) this.seen.set(this.project(this.points[i], this.points[i + 1], this.points[i + 2]).slice(0, 3), i);
      const far = (part) => part.points.reduce((sum, p) => sum + this.seen[3 * p + 2], 0) / part.points.length;
      for (const part of PARTS.map((p) => [far(p), p]).sort((a, b) => a[0] - b[0])) this.shape(pen, part[1]);
      if (document.activeElement !== this.slider || this.playing) this.slider.value = this.length ? Math.round(1000 * this.time / this.length) : 0;
      this.slider.style.setProperty("--done", `${this.length ? 100 * this.time / this.length : 0}%`);
      this.clock.textContent = `${this.time.toFixed(1)} / ${this.length.toFixed(1)} s`;
      this.slider.setAttribute("aria-valuetext", `${this.time.toFixed(1)} seconds`);
    }

    // The floor changes only when the camera does: it is kept between frames.
    ground_picture(theme) {
      const key = [theme, this.width, this.height, this.yaw, this.pitch, ...this.anchor.map((v) => v.toFixed(3))].join();
      if (key !== this.kept_key) {
        this.kept_key = key;
        this.kept ??= document.createElement("canvas");
        this.kept.width = this.width;
        this.kept.height = this.height;
        const pen = this.kept.getContext("2d");
        pen.fillStyle = css(this.paint.sky);
        pen.fillRect(0, 0, this.width, this.height);
        this.floor(pen);
      }
      return this.kept;
    }

    floor(pen) {
      const { pivot, ground, paint } = this, reach = 0.62 * this.distance, [x, y, scale] = this.project(pivot[0], ground, pivot[2]);
      pen.save();
      pen.translate(x, y);
      pen.scale(1, Math.max(0.12, this.tilt(pivot[0], pivot[2])));
      const glow = pen.createRadialGradient(0, 0, 0, 0, 0, 2 * reach * scale);
      for (let i = 0; i <= 8; i++) glow.addColorStop(i / 8, css(paint.floor, 1, Math.exp(-((2 * i / 8) ** 2)) * (1 - (i / 8) ** 4)));
      pen.fillStyle = glow;
      pen.fillRect(-2 * reach * scale, -2 * reach * scale, 4 * reach * scale, 4 * reach * scale);
      pen.restore();
      const levels = Array.from({ length: 10 }, () => new Path2D()), span = 1.7 * reach, step = 0.5;
      for (const axis of [0, 2]) {
        const other = 2 - axis, shift = this.anchor[axis];
        for (let n = Math.ceil((pivot[axis] + shift - span) / step); n * step <= pivot[axis] + shift + span; n++) {
          const v = n * step - shift, weight = n % 2 ? 0.45 : 1;
          this.gridline(levels, axis, v, other, span, reach, weight);
        }
      }
      pen.lineWidth = Math.max(1, 0.016 * scale);
      levels.forEach((path, i) => { pen.strokeStyle = css(paint.grid, 1, (i + 0.5) / levels.length); pen.stroke(path); });
    }

    gridline(levels, axis, v, other, span, reach, weight) {
      const { pivot, ground } = this, pieces = 14;
      let before = null;
      for (let i = 0; i <= pieces; i++) {
        const w = pivot[other] + span * (2 * i / pieces - 1), at = axis === 0 ? this.project(v, ground, w) : this.project(w, ground, v);
        if (before && at[3] > 0.3 && before[3] > 0.3) {
          const middle = w - span / pieces, away = Math.hypot(v - pivot[axis], middle - pivot[other]) / reach;
          const level = Math.floor(weight * Math.exp(-away * away) * levels.length - 0.2);
          if (level >= 0) { const path = levels[Math.min(level, levels.length - 1)]; path.moveTo(before[0], before[1]); path.lineTo(at[0], at[1]); }
        }
        before = at;
      }
    }

    trail(pen) {
      if (!this.path.length) return;
      const now = this.time * this.fps, done = this.path.filter(([frame]) => frame <= now).map(([, x, z]) => [x, z]);
      const here = [this.points[0] + this.anchor[0], this.points[2] + this.anchor[2]];
      pen.beginPath();
      [...done, done.length > 1 || this.path.length > 1 ? here : done[0]].forEach(([x, z], i) => {
        const [px, py] = this.project(x - this.anchor[0], this.ground, z - this.anchor[2]);
        i ? pen.lineTo(px, py) : pen.moveTo(px, py);
      });
      pen.lineJoin = pen.lineCap = "round";
      pen.lineWidth = Math.max(1, 0.016 * this.project(0, this.ground, 0)[2]);
      pen.strokeStyle = css(this.paint.path);
      pen.stroke();
    }

    shadows(pen, disc) {
      for (const [point, radius] of SHADE) {
        const x = this.points[3 * point], z = this.points[3 * point + 2], high = Math.max(this.points[3 * point + 1] - this.ground, 0);
        const sigma = 0.75 * (radius + 0.16 * high), [px, py, scale] = this.project(x, this.ground, z), r = 2.6 * sigma * scale, flat = r * this.tilt(x, z);
        pen.globalAlpha = FIGURE.darkest * (1 - Math.exp(-0.9 * Math.exp(-high / 0.75) * radius / sigma)) * 0.8;
        pen.drawImage(disc, px - r, py - flat, 2 * r, 2 * flat);
      }
      pen.globalAlpha = 1;
    }

    shape(pen, { points, radii, paint }) {
      const colour = this.paint[paint], at = points.map((p) => [this.seen[3 * p], this.seen[3 * p + 1], this.seen[3 * p + 2]]);
      if (radii.length === 1) return this.hull(pen, at, radii[0] * this.scale * at[0][2], colour);
      const [a, b] = at, ra = Math.max(0.5, radii[0] * this.scale * a[2]), rb = Math.max(0.5, radii[1] * this.scale * b[2]);
      const length = Math.hypot(b[0] - a[0], b[1] - a[1]), angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
      pen.beginPath();
      if (length <= Math.abs(ra - rb) + 0.01 || paint === "head") return this.ball(pen, a, b, ra, rb, length, angle, colour);
      const open = Math.acos((ra - rb) / length);
      pen.arc(a[0], a[1], ra, angle + open, angle - open + 2 * Math.PI);
      pen.arc(b[0], b[1], rb, angle - open, angle + open);
      const wide = Math.max(ra, rb), nx = -Math.sin(angle), ny = Math.cos(angle);
      const fill = pen.createLinearGradient(a[0] - nx * wide, a[1] - ny * wide, a[0] + nx * wide, a[1] + ny * wide);
      for (let u = -1; u <= 1; u += 0.25) fill.addColorStop((u + 1) / 2, css(colour, bright(u * nx, -u * ny, Math.sqrt(1 - u * u))));
      pen.fillStyle = fill;
      pen.fill();
    }

    ball(pen, a, b, ra, rb, length, angle, colour) {
      const [centre, r] = ra > rb ? [a, ra] : [b, rb];
      if (length > Math.abs(ra - rb) + 0.01) {
        const open = Math.acos((ra - rb) / length);
        pen.arc(a[0], a[1], ra, angle + open, angle - open + 2 * Math.PI);
        pen.arc(b[0], b[1], rb, angle - open, angle + open);
      } else pen.arc(centre[0], centre[1], r, 0, 2 * Math.PI);
      const x = centre[0] + LIGHT[0] * r * 0.7, y = centre[1] - LIGHT[1] * r * 0.7;
      const fill = pen.createRadialGradient(x, y, 0, x, y, 1.75 * r);
      for (let i = 0; i <= 6; i++) fill.addColorStop(i / 6, css(colour, FIGURE.ambient + FIGURE.diffuse * Math.cos(1.85 * i / 6)));
      pen.fillStyle = fill;
      pen.fill();
    }

    hull(pen, at, r, colour) {
      const points = convex(at.map(([x, y]) => [x, y])), xs = points.map((p) => p[0]), ys = points.map((p) => p[1]);
      const left = Math.min(...xs) - r, right = Math.max(...xs) + r, top = Math.min(...ys) - r, bottom = Math.max(...ys) + r;
      const fill = pen.createLinearGradient(left, top, left + (right - left) * 0.55, bottom);
      [[0, 1.06], [0.28, 0.97], [0.75, 0.95], [1, 0.82]].forEach(([stop, shade]) => fill.addColorStop(stop, css(colour, shade)));
      pen.beginPath();
      points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      pen.closePath();
      pen.fillStyle = pen.strokeStyle = fill;
      pen.lineJoin = "round";
      pen.lineWidth = 2 * r;
      pen.stroke();
      pen.fill();
    }
  }

  function convex(points) {
    points.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const hull = [];
    for (const sweep of [points, [...points].reverse()]) {
      const start = hull.length;
      for (const p of sweep) {
        while (hull.length >= start + 2) {
          const a = hull[hull.length - 2], b = hull[hull.length - 1];
          if ((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) > 0) break;
          hull.pop();
        }
        hull.push(p);
      }
      hull.pop();
    }
    return hull.length ? hull : points.slice(0, 1);
  }

  async function copy(code, button) {
    const said = (text) => { button.textContent = text; setTimeout(() => { button.textContent = "Copy"; }, 1400); };
    try {
      await navigator.clipboard.writeText(code.textContent);
      said("Copied");
    } catch {
      const range = document.createRange();
      range.selectNodeContents(code);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      said(document.execCommand("copy") ? "Copied" : "Selected");
    }
  }

  const redraw = () => cards.forEach((player) => player.card.isConnected ? player.draw() : cards.delete(player));
  function start() {
    document.querySelectorAll(".lvm-card[data-clip]:not([data-ready])").forEach((card) => {
      card.dataset.ready = "1";
      cards.add(new Player(card));
    });
    const all = document.querySelector(".lvm-all:not([data-ready])"), look = document.querySelector(".lvm-look:not([data-ready])");
    all?.addEventListener("click", () => {
      const on = all.getAttribute("aria-pressed") !== "true";
      all.setAttribute("aria-pressed", String(on));
      all.textContent = on ? "Pause all" : "Play all";
      cards.forEach((player) => { player.hold(on); if (!on) player.stopped = false; });
    });
    look?.addEventListener("click", () => {
      const root = look.closest(".lvm"), dark = getComputedStyle(root).getPropertyValue("--lvm-scheme").trim() === "dark";
      root.dataset.theme = dark ? "light" : "dark";
      redraw();
    });
    if (all) all.dataset.ready = "1";
    if (look) look.dataset.ready = "1";
    // A notebook says its theme on the body; follow it, whatever the system prefers.
    const host = document.body, notebook = host.dataset.jpThemeLight ?? (host.dataset.vscodeThemeKind ? String(!host.dataset.vscodeThemeKind.includes("dark")) : null);
    if (notebook !== null) document.querySelectorAll(".lvm-note-book").forEach((root) => { root.dataset.theme = notebook === "false" ? "dark" : "light"; });
    redraw();
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
