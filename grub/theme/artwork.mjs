// Draws the theme's pictures (run it with node after a change, and commit what it writes). Every picture is a function
// from a point to a colour, sampled several times in each pixel.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateSync, crc32 as zlibCrc } from 'node:zlib';

const here = fileURLToPath(new URL('.', import.meta.url));
const accent = [45, 212, 191];
const blue = [56, 132, 255];
const soft = [148, 163, 184];

// --- shapes: distance to an outline, negative inside
const circle = (x, y, cx, cy, r) => Math.hypot(x - cx, y - cy) - r;
const ring = (x, y, cx, cy, r, w) => Math.abs(circle(x, y, cx, cy, r)) - w / 2;
const box = (x, y, cx, cy, hw, hh, r = 0) => {
  const dx = Math.abs(x - cx) - hw + r;
  const dy = Math.abs(y - cy) - hh + r;
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - r;
};
const frame = (x, y, cx, cy, hw, hh, r, w) => Math.abs(box(x, y, cx, cy, hw, hh, r)) - w / 2;
const line = (x, y, x1, y1, x2, y2, w) => {
  const t = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / ((x2 - x1) ** 2 + (y2 - y1) ** 2);
  const s = Math.min(1, Math.max(0, t));
  return Math.hypot(x - x1 - s * (x2 - x1), y - y1 - s * (y2 - y1)) - w / 2;
};
const arc = (x, y, cx, cy, r, w, from, to) => {
  const angle = (Math.atan2(y - cy, x - cx) + 2 * Math.PI) % (2 * Math.PI);
  return angle >= from && angle <= to ? ring(x, y, cx, cy, r, w) : 9;
};
const mix = (a, b, t) => a.map((v, i) => v + (b[i] - v) * t);

// --- PNG: 8-bit RGB or RGBA
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(zlibCrc(body), body.length + 4);
  return out;
}

function save(name, width, height, colour, { alpha = true, samples = 4 } = {}) {
  const channels = alpha ? 4 : 3;
  const rows = Buffer.alloc(height * (1 + width * channels));
  for (let py = 0; py < height; py += 1) {
    for (let px = 0; px < width; px += 1) {
      const sum = [0, 0, 0, 0];
      for (let s = 0; s < samples * samples; s += 1) {
        const c = colour(
          px + ((s % samples) + 0.5) / samples,
          py + (Math.floor(s / samples) + 0.5) / samples,
        );
        for (let i = 0; i < 3; i += 1) sum[i] += c[i] * c[3];
        sum[3] += c[3];
      }
      const at = py * (1 + width * channels) + 1 + px * channels;
      for (let i = 0; i < 3; i += 1) rows[at + i] = sum[3] === 0 ? 0 : Math.round(sum[i] / sum[3]);
      if (alpha) rows[at + 3] = Math.round((sum[3] / samples ** 2) * 255);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, alpha ? 6 : 2, 0, 0, 0], 8);
  const png = [
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ];
  writeFileSync(`${here}${name}.png`, Buffer.concat(png));
}

/** A picture cut into the nine parts that GRUB stretches: corners keep their size. */
function saveNine(name, edge, colour) {
  const size = edge * 2 + 1;
  const cuts = { n: [0, edge], c: [edge, 1], s: [edge + 1, edge] };
  const across = { w: [0, edge], c: [edge, 1], e: [edge + 1, edge] };
  for (const [v, [y0, h]] of Object.entries(cuts)) {
    for (const [u, [x0, w]] of Object.entries(across)) {
      const part = v === 'c' ? u : u === 'c' ? v : v + u;
      save(`${name}_${part}`, w, h, (x, y) => colour(x + x0, y + y0, size));
    }
  }
}

const clear = [0, 0, 0, 0];
const rounded = (r, rgba) => (x, y, size) =>
  box(x, y, size / 2, size / 2, size / 2, size / 2, r) <= 0 ? rgba : clear;

// --- background: a dark slope with the tracks of a disk platter rising from the lower right
save(
  'background',
  1024,
  768,
  (x, y) => {
    let c = mix([17, 24, 39], [9, 12, 20], y / 768);
    const r = Math.hypot(x - 980, y - 640);
    for (const [radius, width, glow] of [
      [150, 2, 26],
      [210, 26, 9],
      [270, 2, 20],
      [330, 44, 7],
      [402, 2, 16],
      [470, 2, 12],
      [545, 60, 4],
    ]) {
      if (Math.abs(r - radius) < width / 2) c = mix(c, blue, glow / 255);
    }
    if (arc(x, y, 980, 640, 270, 4, Math.PI * 1.08, Math.PI * 1.3) < 0) c = mix(c, accent, 0.55);
    if (arc(x, y, 980, 640, 402, 4, Math.PI * 1.2, Math.PI * 1.27) < 0) c = mix(c, accent, 0.3);
    return [...c, 1];
  },
  { alpha: false, samples: 3 },
);

save('logo', 72, 72, (x, y) => {
  if (box(x, y, 36, 36, 36, 36, 16) > 0) return clear;
  const white =
    ring(x, y, 36, 36, 21, 5) < 0 || circle(x, y, 36, 36, 6) < 0 || line(x, y, 36, 36, 56, 56, 5) < 0;
  return [...(white ? [255, 255, 255] : mix(accent, blue, (x + y) / 144)), 1];
});

saveNine('select', 10, (x, y, size) => {
  if (box(x, y, size / 2, size / 2, size / 2, size / 2, 8) > 0) return clear;
  return x < 4 ? [...accent, 1] : [...mix(accent, blue, 0.35), 0.24];
});
// The entries that are not selected need a box of the same size, or they would stand higher.
saveNine('item', 10, () => clear);
saveNine('terminal', 12, rounded(10, [8, 11, 18, 0.94]));
// GRUB makes a progress bar as high as a line of text, here 16 pixels: clear above and below leaves a thin one.
const thin = (rgba) => (_, y) => (Math.abs(y - 8) < 3 ? rgba : clear);
save('bar_c', 1, 16, thin([51, 65, 85, 0.9]));
save('progress_c', 1, 16, thin([...accent, 1]));
save('thumb_c', 1, 1, () => [...accent, 1]);
save('track_c', 1, 1, () => [51, 65, 85, 0.5]);

// --- icons of the entries' classes, 24 × 24
const icons = {
  live: (x, y) =>
    Math.min(ring(x, y, 12, 12, 9, 2), Math.max(-(x - 9.5), (x - 16.5) / 1.6 + Math.abs(y - 12) * 0.9)),
  takeover: (x, y) =>
    Math.min(
      line(x, y, 3, 12, 15, 12, 2),
      line(x, y, 11, 7.5, 15.5, 12, 2),
      line(x, y, 11, 16.5, 15.5, 12, 2),
      line(x, y, 20, 4, 20, 20, 2),
    ),
  dual: (x, y) =>
    Math.min(
      frame(x, y, 9, 9, 6, 6, 2, 2),
      Math.max(frame(x, y, 15, 15, 6, 6, 2, 2), -box(x, y, 9, 9, 8.2, 8.2, 2)),
    ),
  memory: (x, y) =>
    Math.min(
      frame(x, y, 12, 12, 6.5, 6.5, 1.5, 2),
      box(x, y, 12, 12, 2, 2),
      ...[8.5, 12, 15.5].flatMap((p) => [
        line(x, y, p, 2.5, p, 5, 1.6),
        line(x, y, p, 19, p, 21.5, 1.6),
        line(x, y, 2.5, p, 5, p, 1.6),
        line(x, y, 19, p, 21.5, p, 1.6),
      ]),
    ),
  disk: (x, y) =>
    Math.min(ring(x, y, 12, 12, 9, 2), circle(x, y, 12, 12, 2.6), line(x, y, 12, 12, 17, 17, 1.8)),
  setup: (x, y) =>
    Math.min(
      ...[
        [6, 15],
        [12, 8],
        [18, 14],
      ].flatMap(([row, knob]) => [line(x, y, 3, row, 21, row, 1.8), circle(x, y, knob, row, 2.8)]),
    ),
  restart: (x, y) =>
    Math.min(
      arc(x, y, 12, 12.5, 8, 2, 0, Math.PI * 1.65),
      line(x, y, 16.4, 6, 15.4, 1.8, 2),
      line(x, y, 16.4, 6, 12.2, 7.2, 2),
    ),
  power: (x, y) => {
    const top = Math.abs(Math.atan2(x - 12, 13 - y)) < 0.6;
    return Math.min(top ? 9 : ring(x, y, 12, 13, 8, 2), line(x, y, 12, 3.5, 12, 11.5, 2));
  },
};
for (const [name, shape] of Object.entries(icons)) {
  const tint = ['live', 'takeover', 'dual'].includes(name) ? accent : soft;
  save(`icons/${name}`, 24, 24, (x, y) => (shape(x, y) < 0 ? [...tint, 1] : clear));
}
