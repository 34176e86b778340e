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
