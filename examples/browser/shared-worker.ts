/** Renews for all tabs of the origin, so that a renewal goes on when the tab is closed that wanted it. */
import { flow } from './flow.js';

// Nothing may be awaited before this line, or the first tabs would not be heard.
addEventListener('connect', (event) => {
  const [tab] = (event as MessageEvent).ports;
  tab?.addEventListener('message', ({ ports: [asker] }) => {
    const answer = (): void => asker?.postMessage('done'); // if it failed, the tab finds out why by itself
    flow.getAccessTokenRefreshIfNecessary().then(answer, answer);
  });
  tab?.start();
});
