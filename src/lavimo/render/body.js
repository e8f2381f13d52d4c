// Draws skinned avatars with WebGL 2 on one hidden canvas that every card of a page shares, since
// browsers allow a page few contexts. No libraries. The value of this file is its interface.
(() => {
  "use strict";
  const KEY = Symbol.for("lavimo.bodies.1");
  if (window[KEY]) return window[KEY];
  const JOINTS = 22, PARENTS = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19];
  const SHADE = 256, REACH = 1.7; // pixels and half the width, in metres, of the shadow's picture
  const NEAR = 0.1, FAR = 80;

  const BODY = `#version 300 es
    layout(location=0) in vec3 place; layout(location=1) in vec3 normal; layout(location=2) in vec2 uv;
    layout(location=3) in uvec4 bones; layout(location=4) in vec4 weights;
    uniform vec4 rows[${3 * JOINTS}]; uniform vec2 units; uniform float ground;
    uniform vec3 eye, right, up, forward, light, middle; uniform vec2 focal; uniform bool flat_;
    out vec3 v_normal, v_ray; out vec2 v_uv; out float v_high;
    void main() {
      vec4 a = vec4(0), b = vec4(0), c = vec4(0);
      for (int k = 0; k < 4; k++) {
        int bone = 3 * int(bones[k]);
        a += weights[k] * rows[bone]; b += weights[k] * rows[bone + 1]; c += weights[k] * rows[bone + 2];
      }
      vec4 rest = vec4(place * units.x, 1);
      vec3 p = vec3(dot(a, rest), dot(b, rest), dot(c, rest));
      v_normal = vec3(dot(a.xyz, normal), dot(b.xyz, normal), dot(c.xyz, normal));
      v_uv = uv * units.y;
      v_high = max(p.y - ground, 0.0);
      v_ray = eye - p;
      if (flat_) { // slid along the light onto the floor, seen from above
        vec2 at = p.xz - light.xz * (v_high / light.y) - middle.xz;
        gl_Position = vec4(at / ${REACH.toFixed(2)}, 0, 1);
      } else {
        vec3 d = p - eye;
        float z = dot(forward, d);
        gl_Position = vec4(focal.x * dot(right, d), focal.y * dot(up, d), (z * ${(FAR + NEAR).toFixed(2)} - ${(2 * FAR * NEAR).toFixed(2)}) / ${(FAR - NEAR).toFixed(2)}, z);
      }
    }`;
  const SKIN = `#version 300 es
    precision highp float;
    in vec3 v_normal, v_ray; in vec2 v_uv; in float v_high;
    uniform sampler2D picture; uniform vec3 light; uniform vec3 rim; uniform bool flat_;
    out vec4 colour;
    void main() {
      if (flat_) { colour = vec4(exp(-0.55 * v_high)); return; }
      vec3 n = normalize(v_normal) * (gl_FrontFacing ? 1.0 : -1.0), albedo = texture(picture, v_uv).rgb;
      float key = max(dot(n, light), 0.0), side = 1.0 - max(dot(n, normalize(v_ray)), 0.0);
      vec3 lit = albedo * (vec3(0.92, 0.89, 0.84) * key + mix(vec3(0.26, 0.25, 0.25), vec3(0.50, 0.53, 0.57), 0.5 + 0.5 * n.y));
      lit *= 0.75 + 0.25 * smoothstep(0.0, 0.25, v_high);
      lit += rim * side * side * side * (0.4 + 0.6 * max(n.y, 0.0));
      colour = vec4(pow(min(lit, 1.0), vec3(1.0 / 2.2)), 1);
    }`;
  const SCREEN = `#version 300 es
    layout(location=0) in vec2 corner; out vec2 v_at;
    void main() { v_at = 0.5 + 0.5 * corner; gl_Position = vec4(corner, 0, 1); }`;
  const BLUR = `#version 300 es
    precision highp float; in vec2 v_at; uniform sampler2D picture; uniform vec2 pace; out vec4 colour;
    void main() {
      float sum = 0.0, all = 0.0;
      for (int i = -6; i <= 6; i++) { float w = exp(-0.08 * float(i * i)); sum += w * texture(picture, v_at + float(i) * pace).r; all += w; }
      colour = vec4(sum / all);
    }`;
  const FLOOR = `#version 300 es
    layout(location=0) in vec2 corner; uniform vec3 eye, right, up, forward, middle; uniform vec2 focal; uniform float ground; out vec2 v_at;
    void main() {
      v_at = 0.5 + 0.5 * corner;
      vec3 d = vec3(middle.x + ${REACH.toFixed(2)} * corner.x, ground, middle.z + ${REACH.toFixed(2)} * corner.y) - eye;
      gl_Position = vec4(focal.x * dot(right, d), focal.y * dot(up, d), 0, dot(forward, d));
    }`;
  const SHADOW = `#version 300 es
    precision highp float; in vec2 v_at; uniform sampler2D picture; uniform vec4 ink; out vec4 colour;
    void main() { float a = ink.a * texture(picture, v_at).r; colour = vec4(ink.rgb * a, a); }`;

  const meshes = new Map(), waiting = new Set();
  let stage = null, losses = 0;

  function begin() {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 2;
    const gl = typeof DecompressionStream === "function" && canvas.getContext("webgl2", { antialias: true, alpha: true });
    if (!gl) return false;
    canvas.addEventListener("webglcontextlost", () => { // figures meanwhile, then a fresh start
      stage = false;
      meshes.clear();
      if (losses++ < 3) setTimeout(() => { stage = null; }, 1000);
    });
    const link = (vertex, fragment) => {
      const program = gl.createProgram();
      for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
        const shader = gl.createShader(kind);
        gl.shaderSource(shader, source);
        gl.compileShader(shader);
        gl.attachShader(program, shader);
      }
      gl.linkProgram(program);
      if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
      const at = {};
      for (let i = 0; i < gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS); i++) {
        const { name } = gl.getActiveUniform(program, i);
        at[name.replace("[0]", "")] = gl.getUniformLocation(program, name);
      }
      return { program, at };
    };
    const target = () => {
      const picture = gl.createTexture(), frame = gl.createFramebuffer();
      gl.bindTexture(gl.TEXTURE_2D, picture);
      gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, SHADE, SHADE);
      for (const [what, how] of [[gl.TEXTURE_MIN_FILTER, gl.LINEAR], [gl.TEXTURE_MAG_FILTER, gl.LINEAR], [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE]]) gl.texParameteri(gl.TEXTURE_2D, what, how);
      gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, picture, 0);
      return { picture, frame };
    };
    try {
      const square = gl.createVertexArray();
      gl.bindVertexArray(square);
      gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
      gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]), gl.STATIC_DRAW);
      gl.enableVertexAttribArray(0);
      gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
      return { canvas, gl, square, body: link(BODY, SKIN), blur: link(SCREEN, BLUR), floor: link(FLOOR, SHADOW), first: target(), second: target() };
    } catch (error) {
      console.warn("lavimo: no avatars, figures instead:", error);
      return false;
    }
  }

  const bytes_of = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  async function unpack(text) {
    const stream = new Blob([bytes_of(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  async function upload(head) {
    const { gl } = stage, packed = await unpack(head.mesh);
    const pictures = await Promise.all(head.textures.map((text) => createImageBitmap(new Blob([bytes_of(text)]))));
    if (!stage || stage.gl !== gl) throw new Error("the context was lost");
    const n = head.vertices, array = gl.createVertexArray();
    gl.bindVertexArray(array);
    let start = 0;
    const part = (size) => packed.subarray(start, (start += size));
    const attribute = (at, count, kind, width, normal) => {
      gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
      gl.bufferData(gl.ARRAY_BUFFER, part(n * count * width), gl.STATIC_DRAW);
      gl.enableVertexAttribArray(at);
      normal === null ? gl.vertexAttribIPointer(at, count, kind, 0, 0) : gl.vertexAttribPointer(at, count, kind, normal, 0, 0);
    };
    attribute(0, 3, gl.SHORT, 2, false);
    attribute(1, 3, gl.BYTE, 1, true);
    attribute(2, 2, gl.SHORT, 2, false);
    attribute(3, 4, gl.UNSIGNED_BYTE, 1, null);
    attribute(4, 4, gl.UNSIGNED_BYTE, 1, true);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, part(packed.length - start), gl.STATIC_DRAW);
    gl.bindVertexArray(null);
    const sharp = gl.getExtension("EXT_texture_filter_anisotropic");
    const textures = pictures.map((picture) => {
      const texture = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.SRGB8_ALPHA8, gl.RGBA, gl.UNSIGNED_BYTE, picture);
      gl.generateMipmap(gl.TEXTURE_2D);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
      if (sharp) gl.texParameterf(gl.TEXTURE_2D, sharp.TEXTURE_MAX_ANISOTROPY_EXT, 4);
      return texture;
    });
    return { array, textures, parts: head.parts, joints: head.joints, units: head.units };
  }

  // The avatar of this name once it is ready, "loading" before that (`tell` is called when it is
  // known), null where it cannot be drawn.
  function mesh(name, tell) {
    stage ??= begin();
    if (!stage) return null;
    if (!meshes.has(name)) {
      const held = [...document.querySelectorAll("template.lvm-avatar")].find((t) => t.dataset.name === name);
      meshes.set(name, held ? "loading" : null);
      if (held) upload(JSON.parse(held.content.textContent)).then((made) => meshes.set(name, made), (error) => {
        console.warn("lavimo: no avatar, a figure instead:", error);
        meshes.set(name, null);
      }).then(() => {
        const told = [...waiting];
        waiting.clear();
        told.forEach((tell) => tell());
      });
    }
    if (meshes.get(name) === "loading") waiting.add(tell);
    return meshes.get(name);
  }

  // Fills `places` with the joints and `rows` with the skinning matrices of one pose: the place of
  // the pelvis and one global quaternion a joint. `scale` is metres of the page per avatar metre.
  function pose({ joints: rest }, root, quaternions, scale, places, rows) {
    for (let j = 0; j < JOINTS; j++) {
      const [x, y, z, w] = [0, 1, 2, 3].map((k) => quaternions[4 * j + k]);
      const m = [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y), 2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x), 2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)];
      const up = PARENTS[j];
      for (let k = 0; k < 3; k++) {
        if (up < 0) places[k] = root[k];
        else {
          let sum = places[3 * up + k];
          for (let i = 0; i < 3; i++) sum += rows[12 * up + 4 * k + i] * (rest[3 * j + i] - rest[3 * up + i]);
          places[3 * j + k] = sum;
        }
        let shift = places[3 * j + k];
        for (let i = 0; i < 3; i++) {
          rows[12 * j + 4 * k + i] = m[3 * k + i] * scale;
          shift -= m[3 * k + i] * scale * rest[3 * j + i];
        }
        rows[12 * j + 4 * k + 3] = shift;
      }
    }
  }

  // One body and its shadow into a 2D context of width x height pixels. `view` holds eye, right,
  // up, forward, focal (picture heights), ground, light (unit, to the light) and the colours.
  function draw(pen, width, height, made, rows, places, view) {
    const { gl, canvas, body, blur, floor, first, second, square } = stage;
    if (canvas.width < width) canvas.width = width;
    if (canvas.height < height) canvas.height = height;
    const focal = [2 * view.focal * height / width, 2 * view.focal];
    const high = places[1] - view.ground, middle = [places[0] - view.light[0] / view.light[1] * high * 0.8, 0, places[2] - view.light[2] / view.light[1] * high * 0.8];
    const use = ({ program, at }, values) => {
      gl.useProgram(program);
      for (const [name, value] of Object.entries(values)) {
        if (name === "rows") gl.uniform4fv(at.rows, value);
        else if (typeof value === "boolean") gl.uniform1i(at[name], value);
        else if (typeof value === "number") gl.uniform1f(at[name], value);
        else gl[`uniform${value.length}fv`](at[name], value);
      }
    };
    const place = { eye: view.eye, right: view.right, up: view.up, forward: view.forward, focal, middle, ground: view.ground };
    const triangles = () => {
      gl.bindVertexArray(made.array);
      for (const [from, count, texture] of made.parts) {
        gl.bindTexture(gl.TEXTURE_2D, made.textures[texture]);
        gl.drawElements(gl.TRIANGLES, count, gl.UNSIGNED_INT, 4 * from);
      }
    };
    const into = (frame, wide, tall) => {
      gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
      gl.viewport(0, 0, wide, tall);
      gl.scissor(0, 0, wide, tall);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    };
    const cover = (picture) => { gl.bindVertexArray(square); gl.bindTexture(gl.TEXTURE_2D, picture); gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4); };
    gl.enable(gl.SCISSOR_TEST);
    gl.clearColor(0, 0, 0, 0);
    gl.disable(gl.DEPTH_TEST);
    gl.enable(gl.BLEND);
    gl.blendEquation(gl.MAX); // each point of the floor is dark once, however many limbs hide it
    into(first.frame, SHADE, SHADE);
    use(body, { ...place, rows, units: made.units, light: view.light, rim: view.rim, flat_: true });
    triangles();
    gl.disable(gl.BLEND);
    for (const [from, to, pace] of [[first, second, [1 / SHADE, 0]], [second, first, [0, 1 / SHADE]]]) {
      into(to.frame, SHADE, SHADE);
      use(blur, { pace });
      cover(from.picture);
    }
    into(null, width, height);
    gl.enable(gl.BLEND);
    gl.blendEquation(gl.FUNC_ADD);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    use(floor, { ...place, ink: view.shadow });
    cover(first.picture);
    gl.disable(gl.BLEND);
    gl.enable(gl.DEPTH_TEST);
    use(body, { flat_: false });
    triangles();
    pen.drawImage(canvas, 0, canvas.height - height, width, height, 0, 0, width, height);
  }

  return (window[KEY] = { mesh, pose, draw });
})()
