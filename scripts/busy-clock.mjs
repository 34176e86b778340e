/**
 * A plugin of typedoc for the check of the site: from the second site on, the machine seems so busy that a second passes
 * between two looks at a clock.
 */
import { Renderer } from 'typedoc';

export function load(app) {
  let sites = 0;
  app.renderer.on(Renderer.EVENT_BEGIN, () => {
    if (++sites === 2) delay();
  });
}

function delay() {
  let late = 0;
  for (const clock of [Date, performance]) {
    const now = clock.now.bind(clock);
    clock.now = () => {
      late += 1000;
      return now() + late;
    };
  }
}
