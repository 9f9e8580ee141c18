/** The theme: the system's or the chosen one. `public/theme.js` reads the same choice before the first paint. */
import { useSyncExternalStore } from 'react';

export type ThemeChoice = 'system' | 'dark' | 'light';
export type Theme = 'dark' | 'light';

const KEY = 'codesensei.theme';
const systemTheme = window.matchMedia('(prefers-color-scheme: light)');
const listeners = new Set<() => void>();

function readStoredChoice(): ThemeChoice {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'dark' || value === 'light' ? value : 'system';
  } catch {
    return 'system';
  }
}

let choice = readStoredChoice();

function currentTheme(): Theme {
  if (choice !== 'system') return choice;
  return systemTheme.matches ? 'light' : 'dark';
}

function applyTheme(): void {
  document.documentElement.dataset.theme = currentTheme();
  for (const listener of [...listeners]) listener();
}

systemTheme.addEventListener('change', applyTheme);
window.addEventListener('storage', ({ key }) => {
  if (key !== KEY) return;
  choice = readStoredChoice();
  applyTheme();
});

/** Sets the theme for all tabs and later visits. */
export function chooseTheme(next: ThemeChoice): void {
  choice = next;
  try {
    if (next === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // Without storage, the choice lasts for this visit.
  }
  applyTheme();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The current theme and the user's choice. */
export function useTheme(): { theme: Theme; choice: ThemeChoice } {
  const theme = useSyncExternalStore(subscribe, currentTheme);
  const chosen = useSyncExternalStore(subscribe, () => choice);
  return { theme, choice: chosen };
}
