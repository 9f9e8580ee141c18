/** Steps through the history while the editor has unsaved text. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { guardedHistory, guardNavigation } from '../../page/history';
import { StepGuard } from './step-guard';

type Leave = () => void;

/** What the router was told to show, the last at the end. */
let shown: string[];
/** How to leave, from each question that was asked. */
let asked: Leave[];
let isDirty: boolean;
let history: ReturnType<typeof guardedHistory>;
let stops: (() => void)[];

/** Steps take a moment, and so do the steps that undo them. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 250));
}

/** The next step that the browser takes. */
function step(): Promise<unknown> {
  return new Promise((resolve) => window.addEventListener('popstate', resolve, { once: true }));
}

/** The path in the address bar, and the one that the page shows. */
function paths(): { address: string; page: string | undefined } {
  return { address: window.location.pathname, page: shown.at(-1) };
}

beforeEach(() => {
  shown = [];
  asked = [];
  isDirty = false;
  history = guardedHistory();
  stops = [history.listen(({ location }) => shown.push(location.pathname))];
  for (const path of ['/settings', '/dashboard', '/editor/one']) history.push(path);
  isDirty = true;
  const guard = new StepGuard((leave) => {
    if (isDirty) asked.push(leave);
    return isDirty;
  });
  stops.push(guardNavigation(guard), () => guard.dispose());
});

afterEach(() => {
  for (const stop of stops) stop();
});

const HERE = { address: '/editor/one', page: '/editor/one' };

test('a step back is undone and asked about, and leaving repeats it', async () => {
  window.history.back();
  await settled();
  expect(paths()).toEqual(HERE);
  expect(asked).toHaveLength(1);
  asked[0]?.();
  await settled();
  expect(paths()).toEqual({ address: '/dashboard', page: '/dashboard' });
  expect(asked).toHaveLength(1);
});

test('a second step back before the first is undone is undone too', async () => {
  window.history.back();
  await step();
  window.history.back();
  await settled();
  expect(paths()).toEqual(HERE);
  asked[0]?.();
  await settled();
  expect(paths()).toEqual({ address: '/dashboard', page: '/dashboard' });
});

test('a step that was to undo another and got lost is repeated', async () => {
  const go = vi.spyOn(window.history, 'go').mockImplementationOnce(() => undefined);
  window.history.back();
  await step();
  // As browsers do with two steps at once: both are taken, and what should undo the first is not.
  window.history.back();
  await settled();
  go.mockRestore();
  expect(paths()).toEqual(HERE);
  expect(asked).toHaveLength(1);
  window.history.back();
  await settled();
  expect(asked).toHaveLength(2);
  expect(paths()).toEqual(HERE);
});

test('a jump over several entries is repeated as a whole', async () => {
  window.history.go(-2);
  await settled();
  expect(paths()).toEqual(HERE);
  asked.at(-1)?.();
  await settled();
  expect(paths()).toEqual({ address: '/settings', page: '/settings' });
});

test('a held link and then Back are both asked about, and leaving takes Back', async () => {
  history.push('/about');
  expect(asked).toHaveLength(1);
  window.history.back();
  await settled();
  expect(asked).toHaveLength(2);
  expect(paths()).toEqual(HERE);
  asked[1]?.();
  await settled();
  expect(paths()).toEqual({ address: '/dashboard', page: '/dashboard' });
});

test('leaving by a link while a step is being undone opens it after what is shown', async () => {
  window.history.back();
  await step();
  history.push('/about');
  asked.at(-1)?.();
  await settled();
  expect(paths()).toEqual({ address: '/about', page: '/about' });
  isDirty = false;
  window.history.back();
  await settled();
  expect(paths()).toEqual(HERE);
});

test('a query that is set while a step is being undone is not asked about', async () => {
  window.history.back();
  await step();
  history.push('/editor/one?thread=7');
  expect(asked).toHaveLength(1);
  await settled();
  expect(paths()).toEqual(HERE);
  expect(window.location.search).toBe('?thread=7');
});

test('without unsaved text every step is shown', async () => {
  isDirty = false;
  window.history.back();
  await settled();
  expect(paths()).toEqual({ address: '/dashboard', page: '/dashboard' });
  window.history.forward();
  await settled();
  expect(paths()).toEqual(HERE);
});

test('a way back that is gone is given up, and the next step is asked about', async () => {
  const go = vi.spyOn(window.history, 'go').mockImplementation(() => undefined);
  window.history.back();
  await new Promise((resolve) => setTimeout(resolve, 700));
  const tries = go.mock.calls.length;
  expect(tries).toBeGreaterThan(1);
  await settled();
  expect(go.mock.calls.length).toBe(tries);
  go.mockRestore();
  window.history.back();
  await settled();
  expect(asked).toHaveLength(2);
  expect(paths()).toEqual(HERE);
});
