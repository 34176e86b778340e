/** Sources open on the site itself, as text: those that pages name, and the place where each part of the reference stands. */
import { copyFileSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { PageEvent, RendererEvent } from 'typedoc';
import { root } from './steps.mjs';

/** For the places; `typedoc.json` has the link to them, `../source/{path}.txt`, as its `sourceLinkTemplate`. */
export function openSources(renderer) {
  renderer.on(RendererEvent.END, ({ project, outputDirectory }) => {
    const places = Object.values(project.reflections).flatMap(({ sources }) => sources ?? []);
    for (const file of new Set(places.map(({ fileName }) => fileName))) {
      const copy = path.join(outputDirectory, 'source', `${file}.txt`);
      mkdirSync(path.dirname(copy), { recursive: true });
      copyFileSync(path.join(root, file), copy);
    }
  });
  openMediaAsText(renderer);
}

/** Most web servers take .ts for a film. */
function openMediaAsText(renderer) {
  renderer.on(PageEvent.END, (page) => {
    page.contents = page.contents.replace(/(media\/[^"]+\.ts)"/g, '$1.txt"');
  });
  const afterCopying = -1000;
  renderer.on(
    RendererEvent.END,
    ({ outputDirectory }) => {
      const media = path.join(outputDirectory, 'media');
      const sources = readdirSync(media).filter((name) => name.endsWith('.ts'));
      for (const name of sources) renameSync(path.join(media, name), path.join(media, `${name}.txt`));
    },
    afterCopying,
  );
}
