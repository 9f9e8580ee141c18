/** Tests questions and answers: streaming, stopping, repeating and applying patches. */
import { expect, test } from './fixtures';
import { EVICT, selectLines, type TestUser, words } from './test-user';

const { thread, editor } = words;
const QUESTION = 'Is this comparison right?';

/** Opens a file and a new conversation on its third line. */
async function openConversation(pat: TestUser): Promise<string> {
  const session = await pat.createSession();
  await pat.openSession(session);
  await selectLines(pat.page, 3);
  await pat.page.getByRole('button', { name: editor.ask(1) }).click();
  const field = pat.page.getByRole('textbox', { name: thread.field });
  await expect(field).toBeFocused();
  await expect(field).toHaveAttribute('placeholder', thread.placeholders.line);
  return session;
}

async function sendQuestion(pat: TestUser, question = QUESTION): Promise<void> {
  await pat.page.getByRole('textbox', { name: thread.field }).fill(question);
  await pat.page.keyboard.press('ControlOrMeta+Enter');
}

test('a patch is viewed, applied and undone', async ({ createUser }) => {
  const pat = await createUser();
  const session = await openConversation(pat);
  await sendQuestion(pat);
  await expect(pat.page.getByText(thread.thinking).or(pat.page.getByText(thread.writing)).first()).toBeVisible();
  await pat.page.getByRole('button', { name: thread.viewDiff }).click();
  const dialog = pat.page.getByRole('dialog');
  await expect(dialog.locator('.monaco-diff-editor')).toBeVisible();
  await expect(dialog).toContainText('best is None');
  await pat.page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();

  await pat.page.getByRole('button', { name: thread.applyPatch }).click();
  await expect(pat.page.getByText(thread.appliedIn(2))).toBeVisible();
  const patched = EVICT.replace('best == None', 'best is None');
  expect(await pat.savedCode(session)).toBe(patched);
  await expect(pat.page.locator('.view-lines').first()).toContainText('best is None');

  await pat.page.locator('.monaco-editor .view-lines').first().click();
  await pat.page.keyboard.press('ControlOrMeta+z');
  await expect(pat.page.locator('.view-lines').first()).toContainText('best == None');
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toBe(EVICT);
  await expect(pat.page.getByText(thread.undoneSince(2))).toBeVisible();
  await expect(pat.page.getByRole('button', { name: thread.applyPatch })).toHaveCount(0);
  await expect(pat.page.getByRole('button', { name: thread.viewDiff })).toBeVisible();
  await expect(pat.page.getByRole('button', { name: thread.askNewPatch })).toBeVisible();
});

test('a phone undoes an applied patch', async ({ createUser }) => {
  const pat = await createUser({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const session = await pat.createSession();
  await pat.createThread(session, 3);
  await pat.openSession(session);
  await pat.page.getByRole('button', { name: editor.conversations }).tap();
  await pat.page.getByRole('button', { name: new RegExp(`^${thread.line(3)}`) }).tap();
  await pat.page.getByRole('textbox', { name: thread.field }).fill(QUESTION);
  await pat.page.getByRole('button', { name: thread.ask, exact: true }).tap();
  await pat.page.getByRole('button', { name: thread.applyPatch }).tap();
  await expect(pat.page.getByText(thread.appliedIn(2))).toBeVisible();
  await pat.page.getByRole('button', { name: editor.undo, exact: true }).tap();
  await expect(pat.page.getByText(thread.undoneSince(2))).toBeVisible();
  expect(await pat.savedCode(session)).toBe(EVICT);
});

test('a note after a patch keeps the patch as the main action', async ({ createUser }) => {
  const pat = await createUser();
  await openConversation(pat);
  await sendQuestion(pat);
  const apply = pat.page.getByRole('button', { name: thread.applyPatch });
  await expect(apply).toHaveClass(/bg-accent/);
  await pat.page.getByRole('textbox', { name: thread.field }).fill('Ask Ada first.');
  await pat.page.getByRole('button', { name: thread.addNote, exact: true }).click();
  await expect(pat.page.getByText('Ask Ada first.').first()).toBeVisible();
  await expect(apply).toHaveClass(/bg-accent/);
});

test('a note is stored without an answer', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  await pat.openSession(session);
  await selectLines(pat.page, 3);
  await pat.page.getByRole('button', { name: editor.addNote }).click();
  await pat.page.getByRole('textbox', { name: thread.field }).fill('Look at this again.');
  await pat.page.keyboard.press('ControlOrMeta+Enter');
  await expect(pat.page.getByText('Look at this again.').first()).toBeVisible();
  // The note is visible before it is stored.
  const counts = async () => {
    const path = `/sessions/${session}/threads`;
    const { threads } = await pat.callApi<{ threads: { message_count: number }[] }>('GET', path);
    return threads.map(({ message_count }) => message_count);
  };
  await expect.poll(counts).toEqual([1]);
});

test('an answer can be stopped and asked for again', async ({ createUser }) => {
  const pat = await createUser();
  await openConversation(pat);
  await sendQuestion(pat);
  await pat.page
    .getByRole('button', { name: thread.stop, exact: true })
    .or(pat.page.getByRole('button', { name: thread.stopAnswer }))
    .first()
    .click();
  await expect(pat.page.getByText(thread.cancelled)).toBeVisible();
  await pat.page.getByRole('button', { name: thread.askAgain }).click();
  await expect(pat.page.getByRole('button', { name: thread.applyPatch })).toBeVisible({ timeout: 20_000 });
});

test('the written part of a stopped answer stays visible', async ({ createUser }) => {
  const pat = await createUser();
  await openConversation(pat);
  await sendQuestion(pat);
  await expect(pat.page.getByText(thread.writing)).toBeVisible();
  const written = pat.page.getByRole('article', { name: thread.ai });
  await expect(written).toContainText('Local rule-based reviewer');
  await pat.page.getByRole('button', { name: thread.stopAnswer }).click();
  await expect(pat.page.getByText(thread.cancelled)).toBeVisible();
  await expect(written).toContainText('Local rule-based reviewer');
  await expect(written.getByText(thread.stoppedHere, { exact: true })).toBeVisible();
});

test('a page reloaded during an answer shows the answer later', async ({ createUser }) => {
  const pat = await createUser();
  await openConversation(pat);
  const accepted = pat.page.waitForResponse((response) => /\/messages$/.test(response.url()) && response.ok());
  await sendQuestion(pat);
  await accepted;
  await expect(pat.page.getByText(thread.writing)).toBeVisible();
  await pat.page.reload();
  await pat.page
    .getByRole('button', { name: new RegExp(`^${thread.line(3)}`) })
    .first()
    .click();
  await expect(pat.page.getByRole('button', { name: thread.applyPatch })).toBeVisible({ timeout: 30_000 });
  const messages = pat.page.getByText(QUESTION);
  await expect(messages.first()).toBeVisible();
});

test('a question saves unsaved text first and says so', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  await pat.openSession(session);
  await pat.typeAt('  # edited', 4);
  await selectLines(pat.page, 3);
  await pat.page.getByRole('button', { name: editor.ask(1) }).click();
  await sendQuestion(pat);
  await expect(pat.page.getByText(thread.savedFirst(2)).first()).toBeVisible();
  expect(await pat.savedCode(session)).toContain('# edited');
});

test('a conversation about the whole file starts from the list', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  await pat.openSession(session);
  await pat.page.getByRole('button', { name: thread.askWholeFile }).click();
  await sendQuestion(pat, 'What can go wrong here?');
  await expect(pat.page.getByRole('button', { name: new RegExp(thread.wholeFile) }).first()).toBeVisible();
  await expect(pat.page.getByText(thread.details).first()).toBeVisible({ timeout: 20_000 });
  await pat.page.getByText(thread.details).first().click();
  await expect(pat.page.getByText(thread.context, { exact: true })).toBeInViewport();
});

test('a failed question is sent again with the same id', async ({ createUser }) => {
  const pat = await createUser();
  const session = await openConversation(pat);
  const ids: unknown[] = [];
  let shouldFail = true;
  await pat.page.route('**/messages', async (route) => {
    const sent = route.request().postDataJSON() as { client_message_id?: string } | null;
    if (route.request().method() !== 'POST') return route.fallback();
    ids.push(sent?.client_message_id);
    if (!shouldFail) return route.fallback();
    shouldFail = false;
    return route.abort('connectionreset');
  });
  await sendQuestion(pat);
  await pat.page
    .getByRole('button', { name: words.common.retry })
    .or(pat.page.getByRole('button', { name: thread.askAgain }))
    .first()
    .click();
  await expect(pat.page.getByRole('button', { name: thread.applyPatch })).toBeVisible({ timeout: 20_000 });
  expect(ids.length).toBe(2);
  expect(ids[0]).toBeTruthy();
  expect(ids[1]).toBe(ids[0]);
  const { threads } = await pat.callApi<{ threads: { message_count: number }[] }>(
    'GET',
    `/sessions/${session}/threads`,
  );
  expect(threads.map(({ message_count }) => message_count)).toEqual([2]);
});

test('older messages load when scrolling to the top', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  const thread_id = await pat.createThread(session, 3);
  for (let at = 1; at <= 130; at++) {
    await pat.callApi('POST', `/threads/${thread_id}/messages`, { content: `Note number ${at}.`, ask: false });
  }
  await pat.openSession(session);
  await pat.page
    .getByRole('button', { name: new RegExp(`^${thread.line(3)}`) })
    .first()
    .click();
  const panel = pat.page.getByRole('region', { name: thread.panel(thread.line(3)) });
  const note = (number: number) => panel.getByText(`Note number ${number}.`, { exact: true });
  await expect(note(130)).toBeInViewport();
  await expect(note(1)).toHaveCount(0);
  await note(130).hover();
  for (let turns = 0; turns < 60 && (await note(1).count()) === 0; turns++) {
    await pat.page.mouse.wheel(0, -2_000);
    await pat.page.waitForTimeout(100);
  }
  await expect(note(1)).toBeVisible();
});

test('the composer counts characters, and Esc closes it', async ({ createUser }) => {
  const pat = await createUser();
  await openConversation(pat);
  const field = pat.page.getByRole('textbox', { name: thread.field });
  await field.fill('🦀'.repeat(5_000));
  await expect(pat.page.getByText(thread.characters(5_000, 5_000))).toBeVisible();
  await field.fill('🦀'.repeat(5_001));
  await expect(pat.page.getByText(thread.tooLong(1))).toBeVisible();
  await expect(pat.page.getByRole('button', { name: new RegExp(`^${thread.ask}\\b`) }).last()).toBeDisabled();
  await field.fill('');
  await pat.page.keyboard.press('Escape');
  await expect(field).toBeHidden();
});

test('the code of an answer can be copied', async ({ createUser }) => {
  const pat = await createUser();
  await pat.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openConversation(pat);
  await pat.page.getByRole('button', { name: thread.copy }).first().click();
  await expect(pat.page.getByRole('button', { name: thread.copied }).first()).toBeVisible();
  expect(await pat.page.evaluate(() => navigator.clipboard.readText())).toContain('if best == None:');
});

test('a patch is not the main action after its lines were edited', async ({ createUser }) => {
  const pat = await createUser();
  const session = await openConversation(pat);
  await sendQuestion(pat);
  const apply = pat.page.getByRole('button', { name: thread.applyPatch });
  await expect(apply).toBeVisible();
  await expect(pat.page.getByText(thread.linesChanged)).toBeHidden();
  await pat.typeAt('  # edited', 3);
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toContain('# edited');
  await expect(pat.page.getByText(thread.linesChanged)).toBeVisible();
  await expect(pat.page.getByRole('button', { name: thread.askNewPatch })).toHaveCount(1);
  await pat.page.getByRole('button', { name: thread.viewDiff }).click();
  const dialog = pat.page.getByRole('dialog');
  await expect(dialog).toContainText(thread.diffMoved);
  // Only the patch's lines are compared, with their line numbers in the file.
  await expect(dialog.locator('.line-numbers').getByText('3', { exact: true }).first()).toBeVisible();
  await expect(dialog.getByRole('button', { name: thread.applyPatch })).toHaveCount(0);
  await pat.page.keyboard.press('Escape');
  // The server matches less strictly, and rejects it with its own message.
  await apply.click();
  await expect(pat.page.getByText(words.errors.PATCH_CONFLICT.title)).toBeVisible();
  await expect(pat.page.getByRole('button', { name: thread.askNewPatch })).toHaveCount(1);
  // Restoring the lines restores the patch.
  await pat.typeAt('', 3);
  for (let at = 0; at < '  # edited'.length; at++) await pat.page.keyboard.press('Backspace');
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toBe(EVICT);
  await expect(pat.page.getByText(thread.linesChanged)).toBeHidden();
});

test('an offline message is no longer held after the save', async ({ createUser }) => {
  const pat = await createUser();
  const session = await openConversation(pat);
  await pat.context.setOffline(true);
  await pat.typeAt('  # offline', 4);
  await sendQuestion(pat);
  await expect(pat.page.getByText(thread.notSent)).toBeVisible();
  await pat.context.setOffline(false);
  await expect.poll(() => pat.savedCode(session), { timeout: 30_000 }).toContain('# offline');
  await expect(pat.page.getByText(thread.notSent)).toBeHidden();
  await expect(pat.page.getByRole('textbox', { name: thread.field })).toHaveValue(QUESTION);
});

test('a patch applied in two tabs at once is applied and undone once', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  const id = await pat.createThread(session, 3);
  await pat.callApi('POST', `/threads/${id}/messages`, { content: QUESTION });
  const other = await pat.openTab();
  for (const page of [pat.page, other]) {
    await pat.openSession(session, page);
    await page
      .getByRole('button', { name: new RegExp(`^${thread.line(3)}`) })
      .first()
      .click();
    await expect(page.getByRole('button', { name: thread.applyPatch })).toBeVisible();
  }
  // Delay the first tab's response until it has loaded the second tab's version.
  await pat.page.route('**/apply', async (route) => {
    const response = await route.fetch();
    await expect(pat.page.locator('.view-lines').first()).toContainText('best is None');
    await route.fulfill({ response: response });
  });
  await Promise.all([pat.page, other].map((page) => page.getByRole('button', { name: thread.applyPatch }).click()));
  await expect(
    pat.page
      .getByText(thread.patchApplied)
      .or(pat.page.getByText(thread.wasApplied(2)))
      .first(),
  ).toBeVisible();
  await expect(pat.page.getByText(thread.appliedIn(2))).toBeVisible();
  await pat.page.locator('.monaco-editor .view-lines').first().click();
  await pat.page.keyboard.press('ControlOrMeta+z');
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toBe(EVICT);
});

test('toasts are dismissed with their file and their user', async ({ createUser }) => {
  const pat = await createUser();
  const session = await openConversation(pat);
  await sendQuestion(pat);
  await pat.page.getByRole('button', { name: thread.applyPatch }).click();
  await expect(pat.page.getByText(thread.patchApplied)).toBeVisible();
  await pat.page.getByRole('navigation', { name: editor.breadcrumb }).getByRole('link').click();
  await expect(pat.page.getByRole('heading', { name: words.sessions.title })).toBeVisible();
  await expect(pat.page.getByText(thread.patchApplied)).toBeHidden({ timeout: 2_000 });
  // An error toast stays, but not after a sign-out.
  await pat.page.route(`**/api/sessions/${session}`, (route) => route.fulfill({ status: 500, body: '{}' }));
  await pat.page.getByRole('button', { name: words.sessions.actionsFor('evict.py') }).click();
  await pat.page.getByRole('menuitem', { name: words.sessions.download }).click();
  await expect(pat.page.locator('[data-sonner-toast]')).toBeVisible();
  await pat.page.getByRole('button', { name: words.accounts.menu(pat.username) }).click();
  await pat.page.getByRole('menuitem', { name: words.common.signOut }).click();
  await expect(pat.page.getByRole('link', { name: words.common.signIn }).first()).toBeVisible();
  await expect(pat.page.locator('[data-sonner-toast]')).toHaveCount(0);
});
