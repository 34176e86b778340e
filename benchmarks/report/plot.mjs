/** Line plots as SVG, on logarithmic axes, legible on light and on dark. */

const [width, height, left, right, top, bottom] = [720, 380, 70, 190, 40, 50];
const colours = ['#3b82f6', '#e07a1f', '#2ca25f', '#c0508f'];
// A grey that is legible on white and on black, since a page may be dark without its reader's system being so.
const style = 'text{font:13px sans-serif;fill:#7a7a7a}.grid{stroke:#8884}.line{fill:none;stroke-width:2}';

/** `series` are `{ name, points: [[x, y], …] }`; all numbers above 0. */
export function plot({ title, x, y, series }) {
  const points = series.flatMap((one) => one.points);
  const across = axis(
    points.map(([value]) => value),
    left,
    width - right,
  );
  const up = axis(
    points.map(([, value]) => value),
    height - bottom,
    top,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img"><style>${style}</style>`,
    text(left, 20, title),
    ...across.ticks.flatMap((tick) => [
      line(across.at(tick), top, across.at(tick), height - bottom),
      text(across.at(tick), height - bottom + 18, short(tick), 'middle'),
    ]),
    ...up.ticks.flatMap((tick) => [
      line(left, up.at(tick), width - right, up.at(tick)),
      text(left - 8, up.at(tick) + 4, short(tick), 'end'),
    ]),
    text((left + width - right) / 2, height - 10, x, 'middle'),
    `<text transform="translate(16 ${(top + height - bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>`,
    ...series.flatMap(({ name, points }, index) => drawn(name, points, index, across, up)),
    '</svg>',
  ].join('\n');
}

function drawn(name, points, index, across, up) {
  const colour = colours[index % colours.length];
  const places = points.map(([x, y]) => [across.at(x).toFixed(1), up.at(y).toFixed(1)]);
  const dots = places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3.5" fill="${colour}"/>`);
  const key = top + 20 * index;
  return [
    `<polyline class="line" stroke="${colour}" points="${places.map((place) => place.join(',')).join(' ')}"/>`,
    ...dots,
    `<circle cx="${width - right + 20}" cy="${key + 8}" r="5" fill="${colour}"/>`,
    text(width - right + 32, key + 12, name),
  ];
}

/** Places values between two edges; ticks at powers of 2 where the values span little, else of 10. */
function axis(values, from, to) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const base = most / least > 200 ? 10 : 2;
  const log = (value) => Math.log(value) / Math.log(base);
  const [low, high] = [
    Math.floor(log(least) + 1e-9),
    Math.max(Math.ceil(log(most) - 1e-9), Math.floor(log(least)) + 1),
  ];
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => base ** (low + index));
  return { ticks, at: (value) => from + ((log(value) - low) / (high - low)) * (to - from) };
}

function short(value) {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1000 ? `${Number((value / 1000).toPrecision(3))}k` : String(Number(value.toPrecision(3)));
}

const line = (x1, y1, x2, y2) => `<line class="grid" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
const text = (x, y, what, anchor = 'start') =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${escaped(what)}</text>`;
const escaped = (what) => what.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
