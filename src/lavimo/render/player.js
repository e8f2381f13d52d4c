// Plays the clips of a page on canvases: as an avatar where WebGL allows it (body.js), else as a
// shaded figure (figure.js). No libraries. FIGURE is the table of shapes, colours and light that
// lavimo.render.figure also paints by.
(() => {
  "use strict";
  const FIGURE = /*FIGURE*/ null;
  const { AT, SUMS, SHADE, THEMES, css, blob, figure } = /*PAINTER*/ null;
  const BODIES = /*BODIES*/ null;
  const JOINTS = 22, ROW = 24; // then where the camera has travelled to, and an avatar's pelvis
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const clamp = (x, low, high) => Math.min(high, Math.max(low, x));
  const cards = new Set();

  function decode(text) {
    const raw = atob(text), bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    return new Int16Array(bytes.buffer);
  }

  // Rotation vectors of the joints that turn by themselves to one quaternion a joint and frame.
  function quaternions(text, frames) {
    const turns = decode(text), all = new Float32Array(4 * JOINTS * frames), some = FIGURE.turning;
    for (let f = 0; f < frames; f++) for (let j = 0; j < JOINTS; j++) {
      const from = 3 * (f * some.length + (some.includes(j) ? some.indexOf(j) : some.indexOf(FIGURE.parents[j])));
      const v = [0, 1, 2].map((k) => turns[from + k] * Math.PI / 32767), angle = Math.hypot(...v), share = angle ? Math.sin(angle / 2) / angle : 0.5;
      all.set([v[0] * share, v[1] * share, v[2] * share, Math.cos(angle / 2)], 4 * (f * JOINTS + j));
    }
    return all;
  }

  // The light of avatars stands in the room, to the left of where the camera begins, high up.
  const lamp = (azimuth) => [Math.sin(azimuth - 0.65) * 0.6, 0.8, Math.cos(azimuth - 0.65) * 0.6];
  const GLOW = { light: [[0.05, 0.055, 0.06], [0.09, 0.12, 0.16, 0.34]], dark: [[0.20, 0.23, 0.27], [0, 0, 0, 0.5]] };

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
      const [from, to] = this.span;
      if (to - from < 0.95 * this.length) {
        this.slider.style.setProperty("--from", `${100 * from / this.length}%`);
        this.slider.style.setProperty("--to", `${100 * to / this.length}%`);
      }
      this.turn_table = clip.turns ? quaternions(clip.turns, this.frames) : null;
      this.quaternions = new Float32Array(4 * JOINTS);
      this.places = new Float32Array(3 * JOINTS);
      this.rows = new Float32Array(12 * JOINTS);
      this.redraw = () => this.draw();
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
      else if (e.key === "f") swap(this.card.closest(".lvm"));
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
    // By itself a card plays what is meant, by hand all of it.
    get part() { return this.held ? [0, this.length] : this.span; }
    play() {
      if (this.playing || this.frames < 2) return;
      const [from, to] = this.part;
      if (this.time < from || this.time > to) this.time = from;
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
      this.time = this.span[0];
      this.play();
    }

    tick(now) {
      if (!this.playing) return;
      if (!this.card.isConnected || !this.visible) { this.playing = false; return; }
      // Many figures may move at once: the one that is pointed at is drawn as often as can be.
      if (this.last !== null && now - this.last < 30 && !this.card.matches(":hover")) return void requestAnimationFrame((next) => this.tick(next));
      if (this.last !== null) this.time += Math.min(0.1, (now - this.last) / 1000);
      this.last = now;
      const [from, to] = this.part;
      if (this.time > to) {
        this.time = from;
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
      if (this.mesh) {
        this.turned(4 * JOINTS * low, this.frames > 1 ? 4 * JOINTS : 0, part);
        BODIES.pose(this.mesh, [69, 70, 71].map((i, k) => value(i) - this.anchor[k]), this.quaternions, this.stretch, this.places, this.rows);
        p.set(this.places);
      } else for (let j = 0; j < JOINTS; j++) for (let k = 0; k < 3; k++) p[3 * j + k] = value(3 * j + k) - this.anchor[k];
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

    turned(base, next, part) { // between two frames along the shorter arc
      const from = this.turn_table, to = this.quaternions;
      for (let j = 0; j < 4 * JOINTS; j += 4) {
        const a = base + j, b = a + next;
        let dot = 0, size = 0;
        for (let k = 0; k < 4; k++) dot += from[a + k] * from[b + k];
        for (let k = 0; k < 4; k++) { to[j + k] = from[a + k] * (1 - part) + from[b + k] * (dot < 0 ? -part : part); size += to[j + k] ** 2; }
        for (let k = 0; k < 4; k++) to[j + k] /= Math.sqrt(size);
      }
    }

    // The avatar to draw, null for a figure, or "loading" before either is known.
    body() {
      if (!this.turn_table || this.card.closest(".lvm").dataset.show === "figure") return null;
      return BODIES.mesh(this.avatar, this.redraw);
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
      this.view = { eye, right, up, forward, focal: this.focal, ground: this.ground, light: lamp(this.azimuth) };
      this.tilt = (x, z) => (eye[1] - this.ground) / Math.hypot(eye[0] - x, eye[1] - this.ground, eye[2] - z);
    }

    draw() {
      const theme = getComputedStyle(this.card).getPropertyValue("--lvm-scheme").trim() === "dark" ? "dark" : "light";
      this.paint = THEMES[theme];
      const body = this.body();
      this.mesh = body === "loading" ? null : body;
      this.card.classList.toggle("lvm-bodied", body !== null);
      this.pose(this.time);
      this.aim();
      const pen = this.pen;
      pen.drawImage(this.ground_picture(theme), 0, 0);
      this.trail(pen);
      if (body !== "loading") this.shadows(pen, blob(theme), this.mesh ? 0.45 : 1);
      if (body === null) this.figure(pen);
      else if (this.mesh) {
        const [rim, shadow] = GLOW[theme];
        BODIES.draw(pen, this.width, this.height, this.mesh, this.rows, this.places, { ...this.view, rim, shadow });
      }
      if (document.activeElement !== this.slider || this.playing) this.slider.value = this.length ? Math.round(1000 * this.time / this.length) : 0;
      this.slider.style.setProperty("--done", `${this.length ? 100 * this.time / this.length : 0}%`);
      this.clock.textContent = `${this.time.toFixed(1)} / ${this.length.toFixed(1)} s`;
      this.slider.setAttribute("aria-valuetext", `${this.time.toFixed(1)} seconds`);
    }

    figure(pen) {
      for (let i = 0; i < this.points.length; i += 3) this.seen.set(this.project(this.points[i], this.points[i + 1], this.points[i + 2]).slice(0, 3), i);
      figure(pen, this.seen, this.scale, this.paint);
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

    shadows(pen, disc, share) {
      for (const [point, radius] of SHADE) {
        const x = this.points[3 * point], z = this.points[3 * point + 2], high = Math.max(this.points[3 * point + 1] - this.ground, 0);
        const sigma = 0.75 * (radius + 0.16 * high), [px, py, scale] = this.project(x, this.ground, z), r = 2.6 * sigma * scale, flat = r * this.tilt(x, z);
        pen.globalAlpha = FIGURE.darkest * (1 - Math.exp(-0.9 * Math.exp(-high / 0.75) * radius / sigma)) * 0.8 * share;
        pen.drawImage(disc, px - r, py - flat, 2 * r, 2 * flat);
      }
      pen.globalAlpha = 1;
    }
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

  function swap(root) { // figures tell left from right by colour, avatars look like people
    const figures = root.dataset.show !== "figure";
    root.dataset.show = figures ? "figure" : "avatar";
    root.querySelectorAll(".lvm-show").forEach((button) => button.setAttribute("aria-pressed", String(figures)));
    redraw();
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
    document.querySelectorAll(".lvm-show:not([data-ready])").forEach((button) => {
      button.dataset.ready = "1";
      button.addEventListener("click", () => swap(button.closest(".lvm")));
    });
    document.querySelectorAll(".lvm-query video").forEach((film) => { film.controls = true; if (calm.matches) film.pause(); });
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
