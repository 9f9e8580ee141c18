/** Tests history steps while the editor has unsaved text. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createGuardedHistory, guardNavigation } from '../page/history';
import { UnsavedGuard } from './unsaved-guard';

type Leave = () => void;

/** Paths that the router was told to show, in order. */
let shownPaths: string[];
/** The `leave` callback of each question. */
let leaveCalls: Leave[];
let isDirty: boolean;
let history: ReturnType<typeof createGuardedHistory>;
let stops: (() => void)[];

/** Waits until steps and the steps that undo them are done. */
async function waitForHistory(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 250));
}

function nextPopState(): Promise<unknown> {
  return new Promise((resolve) => window.addEventListener('popstate', resolve, { once: true }));
}

function paths(): { address: string; page: string | undefined } {
  return { address: window.location.pathname, page: shownPaths.at(-1) };
}

beforeEach(() => {
  shownPaths = [];
  leaveCalls = [];
  isDirty = false;
  history = createGuardedHistory();
  stops = [history.listen(({ location }) => shownPaths.push(location.pathname))];
  for (const path of ['/settings', '/dashboard', '/editor/one']) history.push(path);
  isDirty = true;
  const guard = new UnsavedGuard((leave) => {
    if (isDirty) leaveCalls.push(leave);
    return isDirty;
  });
  stops.push(guardNavigation(guard), () => guard.dispose());
});

afterEach(() => {
  for (const stop of stops) stop();
});

const EDITOR = { address: '/editor/one', page: '/editor/one' };

test('undoes a step back and asks, and leaving repeats the step', async () => {
  window.history.back();
  await waitForHistory();
  expect(paths()).toEqual(EDITOR);
  expect(leaveCalls).toHaveLength(1);
  leaveCalls[0]?.();
  await waitForHistory();
  expect(paths()).toEqual({ address: '/dashboard', page: '/dashboard' });
  expect(leaveCalls).toHaveLength(1);
});

test('also undoes a second step back', async () => {
  window.history.back();
  await nextPopState();
  window.history.back();
  await waitForHistory();
  expect(paths()).toEqual(EDITOR);
  leaveCalls[0]?.();
  await waitForHistory();
  expect(paths()).toEqual({ address: '/dashboard', page: '/dashboard' });
});

test('repeats a restoring step that the browser dropped', async () => {
  const go = vi.spyOn(window.history, 'go').mockImplementationOnce(() => undefined);
  window.history.back();
  await nextPopState();
  // Simulates two steps at once: the browser takes both and drops the step that should undo the first.
  window.history.back();
  await waitForHistory();
  go.mockRestore();
  expect(paths()).toEqual(EDITOR);
  expect(leaveCalls).toHaveLength(1);
  window.history.back();
  await waitForHistory();
  expect(leaveCalls).toHaveLength(2);
  expect(paths()).toEqual(EDITOR);
});

test('repeats a jump over several entries as a whole', async () => {
  window.history.go(-2);
  await waitForHistory();
  expect(paths()).toEqual(EDITOR);
  leaveCalls.at(-1)?.();
  await waitForHistory();
  expect(paths()).toEqual({ address: '/settings', page: '/settings' });
});

test('asks about a blocked link and then Back, and leaving takes Back', async () => {
  history.push('/about');
  expect(leaveCalls).toHaveLength(1);
  window.history.back();
  await waitForHistory();
  expect(leaveCalls).toHaveLength(2);
  expect(paths()).toEqual(EDITOR);
  leaveCalls[1]?.();
  await waitForHistory();
  expect(paths()).toEqual({ address: '/dashboard', page: '/dashboard' });
});

test('opens a link after the editor while a step is being undone', async () => {
  window.history.back();
  await nextPopState();
  history.push('/about');
  leaveCalls.at(-1)?.();
  await waitForHistory();
  expect(paths()).toEqual({ address: '/about', page: '/about' });
  isDirty = false;
  window.history.back();
  await waitForHistory();
  expect(paths()).toEqual(EDITOR);
});

test('does not ask about a query change while a step is being undone', async () => {
  window.history.back();
  await nextPopState();
  history.push('/editor/one?thread=7');
  expect(leaveCalls).toHaveLength(1);
  await waitForHistory();
  expect(paths()).toEqual(EDITOR);
  expect(window.location.search).toBe('?thread=7');
});

test('allows every step without unsaved text', async () => {
  isDirty = false;
  window.history.back();
  await waitForHistory();
  expect(paths()).toEqual({ address: '/dashboard', page: '/dashboard' });
  window.history.forward();
  await waitForHistory();
  expect(paths()).toEqual(EDITOR);
});

test('gives up if restoring fails, and asks at the next step', async () => {
  const go = vi.spyOn(window.history, 'go').mockImplementation(() => undefined);
  window.history.back();
  await new Promise((resolve) => setTimeout(resolve, 700));
  const tries = go.mock.calls.length;
  expect(tries).toBeGreaterThan(1);
  await waitForHistory();
  expect(go.mock.calls.length).toBe(tries);
  go.mockRestore();
  window.history.back();
  await waitForHistory();
  expect(leaveCalls).toHaveLength(2);
  expect(paths()).toEqual(EDITOR);
});
