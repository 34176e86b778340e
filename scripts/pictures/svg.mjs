/** What all pictures are drawn with: one paper, one ink, a font of the system; light and dark as the page around them. */

/** Pixels; a phone shows nearly all of them. */
export const width = 380;

const style = `
svg { --paper: #fff; --ink: #1f2328; --soft: #59636e; --line: #8c959f; --fill: #f2f5f8; --mark: #1f70c2 }
@media (prefers-color-scheme: dark) {
  svg { --paper: #1b1f24; --ink: #e6edf3; --soft: #a3adb8; --line: #79828c; --fill: #2a3038; --mark: #6cb6ff }
}
.paper { fill: var(--paper); stroke: var(--line); stroke-opacity: 0.4 }
text { font: 12px system-ui, 'Segoe UI', Helvetica, Arial, sans-serif; fill: var(--ink) }
.title { font-weight: 600 }
.soft { fill: var(--soft); font-size: 11px }
.halo { stroke: var(--paper); stroke-width: 4px; paint-order: stroke }
.box { fill: var(--fill); stroke: var(--line) }
.guest, .frame { stroke-dasharray: 4 3 }
.guest, .frame { fill: none; stroke: var(--line) }
.arrow { fill: none; stroke: var(--line); stroke-width: 1.5; marker-end: url(#head) }
.head { fill: var(--line) }
.lane { stroke: var(--line); stroke-opacity: 0.5 }
.held { fill: var(--mark) }
.inside { fill: var(--paper); font-size: 11px }
.waiting { fill: var(--paper); stroke: var(--mark); stroke-dasharray: 3 2 }
`;

/** Makes the file of a picture; `parts` is all that it shows. */
export function picture(height, parts) {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<style>${style}</style>
<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker>
<rect class="paper" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="6"/>
${parts.join('\n')}
</svg>
`;
}

export function rectangle(kind, { x, y, width, height }) {
  return `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="4"/>`;
}

export function text(kind, { x, y, anchor = 'middle', rotate }, words) {
  const turn = rotate === undefined ? '' : ` transform="rotate(${rotate} ${x} ${y})"`;
  return `<text class="${kind}" x="${x}" y="${y}" text-anchor="${anchor}"${turn}>${escaped(words)}</text>`;
}

export function arrow(from, to) {
  return `<path class="arrow" d="M${from.x} ${from.y} ${to.x} ${to.y}"/>`;
}

function escaped(words) {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
