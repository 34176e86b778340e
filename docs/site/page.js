/** A switch for light and dark that is seen on every page; the system's choice holds until it is used. */
(() => {
  const { document, localStorage } = globalThis;
  const root = document.documentElement;
  const system = globalThis.matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.dataset.theme === 'os' ? system.matches : root.dataset.theme === 'dark');
  const button = document.createElement('button');
  button.id = 'site-theme';
  button.className = 'tsd-widget';
  button.type = 'button';
  const name = () => {
    button.textContent = isDark() ? 'Light' : 'Dark';
    button.setAttribute('aria-label', isDark() ? 'Switch to light' : 'Switch to dark');
  };
  button.addEventListener('click', () => {
    const theme = isDark() ? 'light' : 'dark';
    root.dataset.theme = theme;
    localStorage.setItem('tsd-theme', theme);
    const select = document.getElementById('tsd-theme');
    if (select) select.value = theme;
    name();
  });
  document.addEventListener('change', name);
  system.addEventListener('change', name);
  document.getElementById('tsd-search-trigger').before(button);
  name();
})();

/**
 * The search looks for each word that is typed, anywhere in a word of the site: "in" or "a" would find everything, and "job?"
 * nothing. So it is given the words that tell something, and questions can be asked as they are.
 */
(() => {
  const fillers = new Set(
    `a am an and any are as at be by can could do does for from had has have how i if in into is it its me mean my not of on
    or our shall should so than that the their them then there these they this to us use used want was we what when where
    which who whose why will with would you your`.split(/\s+/),
  );
  const input = globalThis.document.getElementById('tsd-search-input');
  const { get, set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), 'value');
  const telling = (text) => {
    const words = text.split(/\s+/).map((word) => word.replace(/^[^\p{L}\p{N}_@]+|[^\p{L}\p{N}_]+$/gu, ''));
    const kept = words.filter((word) => word !== '' && !fillers.has(word.toLowerCase()));
    return kept.length > 0 ? kept.join(' ') : text;
  };
  Object.defineProperty(input, 'value', {
    get() {
      const text = get.call(this);
      return telling(text).padEnd(text.length); // as long as it is typed, by which it is marked when the search opens again
    },
    set,
  });
})();
