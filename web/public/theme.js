// Sets the theme before the first paint. It is a separate file because the content policy forbids inline scripts.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('codesensei.theme');
  } catch {
    // Storage is off: use the system's theme.
  }
  const light = chosen === 'light' || (chosen !== 'dark' && matchMedia('(prefers-color-scheme: light)').matches);
  document.documentElement.dataset.theme = light ? 'light' : 'dark';
})();
