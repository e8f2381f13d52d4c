// The shaded figure: its shapes, colours and shadows on a 2D canvas, from the table FIGURE of the
// scope this is put into (lavimo.render.figure). The value of this file is its interface.
(() => {
  "use strict";
  const AT = Object.fromEntries(FIGURE.names.map((name, i) => [name, i]));
  const PARTS = FIGURE.body.map(([points, radii, paint]) => ({ points: points.map((p) => AT[p]), radii, paint }));
  const SUMS = FIGURE.sums.map(([name, terms]) => [AT[name], terms.map(([joint, weight]) => [AT[joint], weight])]);
  const SHADE = FIGURE.shade.map(([name, radius]) => [AT[name], radius]);
  const LIGHT = FIGURE.light;
  const clamp = (x, low, high) => Math.min(high, Math.max(low, x));

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

  // The whole figure from far to near; `seen` holds pixel x, pixel y and pixels per metre a point.
  function figure(pen, seen, scale, colours) {
    const far = (part) => part.points.reduce((sum, p) => sum + seen[3 * p + 2], 0) / part.points.length;
    for (const part of PARTS.map((p) => [far(p), p]).sort((a, b) => a[0] - b[0])) shape(pen, part[1], seen, scale, colours);
  }

  function shape(pen, { points, radii, paint }, seen, scale, colours) {
    const colour = colours[paint], at = points.map((p) => [seen[3 * p], seen[3 * p + 1], seen[3 * p + 2]]);
    if (radii.length === 1) return hull(pen, at, radii[0] * scale * at[0][2], colour);
    const [a, b] = at, ra = Math.max(0.5, radii[0] * scale * a[2]), rb = Math.max(0.5, radii[1] * scale * b[2]);
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]), angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
    pen.beginPath();
    if (length <= Math.abs(ra - rb) + 0.01 || paint === "head") return ball(pen, a, b, ra, rb, length, angle, colour);
    const open = Math.acos((ra - rb) / length);
    pen.arc(a[0], a[1], ra, angle + open, angle - open + 2 * Math.PI);
    pen.arc(b[0], b[1], rb, angle - open, angle + open);
    const wide = Math.max(ra, rb), nx = -Math.sin(angle), ny = Math.cos(angle);
    const fill = pen.createLinearGradient(a[0] - nx * wide, a[1] - ny * wide, a[0] + nx * wide, a[1] + ny * wide);
    for (let u = -1; u <= 1; u += 0.25) fill.addColorStop((u + 1) / 2, css(colour, bright(u * nx, -u * ny, Math.sqrt(1 - u * u))));
    pen.fillStyle = fill;
    pen.fill();
  }

  function ball(pen, a, b, ra, rb, length, angle, colour) {
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

  function hull(pen, at, r, colour) {
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

  return { AT, SUMS, SHADE, THEMES, css, blob, figure };
})()
