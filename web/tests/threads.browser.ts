/** Tests conversations. */
import { expect, test } from './fixtures';
import { selectLines, words } from './test-user';

test('fifty threads move when a line is added at the top', async ({ createUser }) => {
  const pat = await createUser();
  const code = Array.from({ length: 60 }, (_, at) => `value_${at} = ${at}`).join('\n');
  const session = await pat.createSession('values.py', `${code}\n`);
  for (let line = 1; line <= 50; line++) await pat.createThread(session, line);
  await pat.openSession(session);
  const rail = pat.page.getByRole('button', { name: new RegExp(`^${words.thread.line(1)}\\b`) });
  await expect(rail.first()).toBeVisible();
  await expect(pat.page.getByText(words.thread.heading(50))).toBeVisible();
  await pat.page.locator('.monaco-editor .view-lines').first().click();
  await pat.page.keyboard.press('ControlOrMeta+Home');
  await pat.page.keyboard.type('# Values.\n');
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect(
    pat.page.getByRole('button', { name: new RegExp(`^${words.thread.line(51)}\\b`) }).first(),
  ).toBeVisible();
  await expect(rail).toHaveCount(0);
  const { threads } = await pat.callApi<{ threads: { start_line: number; anchor_status: string }[] }>(
    'GET',
    `/sessions/${session}/threads?limit=50`,
  );
  expect(threads.map(({ start_line }) => start_line)).toEqual(Array.from({ length: 50 }, (_, at) => at + 2));
  expect(new Set(threads.map(({ anchor_status }) => anchor_status))).toEqual(new Set(['stable']));
});

test('rejects the fifty-first conversation and keeps its text', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  for (let at = 1; at <= 50; at++) await pat.createThread(session, 1 + (at % 5));
  await pat.openSession(session);
  await pat.page.getByRole('button', { name: words.thread.askWholeFile }).click();
  await pat.page.getByRole('textbox', { name: words.thread.field }).fill('What can go wrong?');
  await pat.page.keyboard.press('ControlOrMeta+Enter');
  await expect(pat.page.getByText(words.errors.THREAD_LIMIT_EXCEEDED.title).first()).toBeVisible();
  await expect(pat.page.getByRole('textbox', { name: words.thread.field })).toHaveValue('What can go wrong?');
});

test('starts another question while a conversation is open', async ({ createUser }) => {
  const pat = await createUser();
  const { thread, editor } = words;
  const session = await pat.createSession();
  await pat.createThread(session, 3);
  await pat.openSession(session);
  const panel = (name: string) => pat.page.getByRole('region', { name, exact: true });
  const openFirst = async () => {
    await pat.page.getByRole('button', { name: new RegExp(`^${thread.line(3)}\\b`) }).click();
    await expect(panel(thread.panel(thread.line(3)))).toBeVisible();
  };
  await openFirst();
  await selectLines(pat.page, 4, 5);
  await pat.page.getByRole('button', { name: editor.ask(2) }).click();
  await expect(panel(thread.newPanel(thread.lines(4, 5)))).toBeVisible();
  await expect(pat.page.getByRole('textbox', { name: thread.field })).toBeFocused();
  await openFirst();
  await pat.page.getByRole('button', { name: thread.askWholeFile }).click();
  await expect(panel(thread.newPanel(thread.wholeFile))).toBeVisible();
  await expect(pat.page.getByRole('textbox', { name: thread.field })).toBeFocused();
});

test('deletes a conversation after confirmation', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  await pat.createThread(session, 3);
  await pat.openSession(session);
  await pat.page.getByRole('button', { name: words.thread.menu(words.thread.line(3)) }).click();
  await pat.page.getByRole('menuitem', { name: words.thread.delete }).click();
  await pat.page.getByRole('dialog').getByRole('button', { name: words.thread.delete }).click();
  await expect(pat.page.getByText(words.thread.none)).toBeVisible();
  const { threads } = await pat.callApi<{ threads: unknown[] }>('GET', `/sessions/${session}/threads`);
  expect(threads).toEqual([]);
});

test('a patch marks its conversation as changed', async ({ createUser }) => {
  const pat = await createUser();
  const { page } = pat;
  const { anchors, anchorHints, applyPatch, line, panel } = words.thread;
  const session = await pat.createSession();
  const thread = await pat.createThread(session, 3);
  await pat.callApi('POST', `/threads/${thread}/messages`, { content: 'Is this comparison right?' });
  await pat.openSession(session);
  const inList = (state: string) => page.getByRole('button', { name: new RegExp(`^${line(3)} ?${state}\\b`) });
  await inList(anchors.stable).click();
  const badge = (state: string) =>
    page.getByRole('region', { name: panel(line(3)) }).getByRole('button', { name: state, exact: true });
  await expect(badge(anchors.stable)).toBeVisible();
  await page.getByRole('button', { name: applyPatch }).click();
  await expect(inList(anchors.approximate)).toBeVisible();
  await badge(anchors.approximate).click();
  await expect(page.getByText(anchorHints.approximate)).toBeVisible();
  await expect(page.getByText(/approximate|stable/)).toHaveCount(0);
});
