/** The theme: the system's, or the one that was chosen. `public/theme.js` reads the same choice before the first paint. */
import { useSyncExternalStore } from 'react';

/** What can be chosen. */
export type Choice = 'system' | 'dark' | 'light';
/** What is shown. */
export type Theme = 'dark' | 'light';

const KEY = 'codesensei.theme';
const system = window.matchMedia('(prefers-color-scheme: light)');
const listeners = new Set<() => void>();

function stored(): Choice {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'dark' || value === 'light' ? value : 'system';
  } catch {
    return 'system';
  }
}

let choice = stored();

function theme(): Theme {
  if (choice !== 'system') return choice;
  return system.matches ? 'light' : 'dark';
}

function show(): void {
  document.documentElement.dataset.theme = theme();
  for (const listener of [...listeners]) listener();
}

system.addEventListener('change', show);
window.addEventListener('storage', ({ key }) => {
  if (key !== KEY) return;
  choice = stored();
  show();
});

/** Chooses a theme, for all tabs and the next visit. */
export function chooseTheme(next: Choice): void {
  choice = next;
  try {
    if (next === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // It holds for this visit.
  }
  show();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The theme that is shown, and the choice behind it. */
export function useTheme(): { theme: Theme; choice: Choice } {
  const shown = useSyncExternalStore(subscribe, theme);
  const chosen = useSyncExternalStore(subscribe, () => choice);
  return { theme: shown, choice: chosen };
}
