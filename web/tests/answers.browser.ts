/** Questions and their answers: written, stopped, asked again, applied. */
import { expect, test } from './fixtures';
import { EVICT, type Person, selectLines, words } from './person';

const { thread, editor } = words;
const QUESTION = 'Is this comparison right?';

/** A file is open and its third line selected; the panel for a new conversation is open. */
async function opensConversation(pat: Person): Promise<string> {
  const session = await pat.hasSession();
  await pat.opens(session);
  await selectLines(pat.page, 3);
  await pat.page.getByRole('button', { name: editor.ask(1) }).click();
  const field = pat.page.getByRole('textbox', { name: thread.field });
  await expect(field).toBeFocused();
  await expect(field).toHaveAttribute('placeholder', thread.placeholders.line);
  return session;
}

async function asks(pat: Person, question = QUESTION): Promise<void> {
  await pat.page.getByRole('textbox', { name: thread.field }).fill(question);
  await pat.page.keyboard.press('ControlOrMeta+Enter');
}

test('an answer is written, its patch is looked at, applied, and undone', async ({ joins }) => {
  const pat = await joins();
  const session = await opensConversation(pat);
  await asks(pat);
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

test('a phone takes an applied patch back', async ({ joins }) => {
  const pat = await joins({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const session = await pat.hasSession();
  await pat.hasThread(session, 3);
  await pat.opens(session);
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

test('a patch stays the thing to do next when a note follows it', async ({ joins }) => {
  const pat = await joins();
  await opensConversation(pat);
  await asks(pat);
  const apply = pat.page.getByRole('button', { name: thread.applyPatch });
  await expect(apply).toHaveClass(/bg-accent/);
  await pat.page.getByRole('textbox', { name: thread.field }).fill('Ask Ada first.');
  await pat.page.getByRole('button', { name: thread.addNote, exact: true }).click();
  await expect(pat.page.getByText('Ask Ada first.').first()).toBeVisible();
  await expect(apply).toHaveClass(/bg-accent/);
});

test('a note is stored and not answered', async ({ joins }) => {
  const pat = await joins();
  const session = await pat.hasSession();
  await pat.opens(session);
  await selectLines(pat.page, 3);
  await pat.page.getByRole('button', { name: editor.addNote }).click();
  await pat.page.getByRole('textbox', { name: thread.field }).fill('Look at this again.');
  await pat.page.keyboard.press('ControlOrMeta+Enter');
  await expect(pat.page.getByText('Look at this again.').first()).toBeVisible();
  // The note is shown while it is on its way.
  const counts = async () => {
    const path = `/sessions/${session}/threads`;
    const { threads } = await pat.asks<{ threads: { message_count: number }[] }>('GET', path);
    return threads.map(({ message_count }) => message_count);
  };
  await expect.poll(counts).toEqual([1]);
});

test('an answer that is being written can be stopped, and asked for again', async ({ joins }) => {
  const pat = await joins();
  await opensConversation(pat);
  await asks(pat);
  await pat.page
    .getByRole('button', { name: thread.stop, exact: true })
    .or(pat.page.getByRole('button', { name: thread.stopAnswer }))
    .first()
    .click();
  await expect(pat.page.getByText(thread.cancelled)).toBeVisible();
  await pat.page.getByRole('button', { name: thread.askAgain }).click();
  await expect(pat.page.getByRole('button', { name: thread.applyPatch })).toBeVisible({ timeout: 20_000 });
});

test('what was written of a stopped answer stays', async ({ joins }) => {
  const pat = await joins();
  await opensConversation(pat);
  await asks(pat);
  await expect(pat.page.getByText(thread.writing)).toBeVisible();
  const written = pat.page.getByRole('article', { name: thread.ai });
  await expect(written).toContainText('Local rule-based reviewer');
  await pat.page.getByRole('button', { name: thread.stopAnswer }).click();
  await expect(pat.page.getByText(thread.cancelled)).toBeVisible();
  await expect(written).toContainText('Local rule-based reviewer');
  await expect(written.getByText(thread.stoppedHere, { exact: true })).toBeVisible();
});

test('a page that is reloaded in the middle shows the answer when it is there', async ({ joins }) => {
  const pat = await joins();
  await opensConversation(pat);
  const accepted = pat.page.waitForResponse((answer) => /\/messages$/.test(answer.url()) && answer.ok());
  await asks(pat);
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

test('a question about unsaved text saves it first, and says so', async ({ joins }) => {
  const pat = await joins();
  const session = await pat.hasSession();
  await pat.opens(session);
  await pat.types('  # edited', 4);
  await selectLines(pat.page, 3);
  await pat.page.getByRole('button', { name: editor.ask(1) }).click();
  await asks(pat);
  await expect(pat.page.getByText(thread.savedFirst(2)).first()).toBeVisible();
  expect(await pat.savedCode(session)).toContain('# edited');
});

test('a conversation about the whole file is opened from the list', async ({ joins }) => {
  const pat = await joins();
  const session = await pat.hasSession();
  await pat.opens(session);
  await pat.page.getByRole('button', { name: thread.askWholeFile }).click();
  await asks(pat, 'What can go wrong here?');
  await expect(pat.page.getByRole('button', { name: new RegExp(thread.wholeFile) }).first()).toBeVisible();
  await expect(pat.page.getByText(thread.details).first()).toBeVisible({ timeout: 20_000 });
  await pat.page.getByText(thread.details).first().click();
  await expect(pat.page.getByText(thread.context, { exact: true })).toBeInViewport();
});

test('a question that failed is asked again under the same id', async ({ joins }) => {
  const pat = await joins();
  const session = await opensConversation(pat);
  const ids: unknown[] = [];
  let fails = true;
  await pat.page.route('**/messages', async (route) => {
    const sent = route.request().postDataJSON() as { client_message_id?: string } | null;
    if (route.request().method() !== 'POST') return route.fallback();
    ids.push(sent?.client_message_id);
    if (!fails) return route.fallback();
    fails = false;
    return route.abort('connectionreset');
  });
  await asks(pat);
  await pat.page
    .getByRole('button', { name: words.common.retry })
    .or(pat.page.getByRole('button', { name: thread.askAgain }))
    .first()
    .click();
  await expect(pat.page.getByRole('button', { name: thread.applyPatch })).toBeVisible({ timeout: 20_000 });
  expect(ids.length).toBe(2);
  expect(ids[0]).toBeTruthy();
  expect(ids[1]).toBe(ids[0]);
  const { threads } = await pat.asks<{ threads: { message_count: number }[] }>('GET', `/sessions/${session}/threads`);
  expect(threads.map(({ message_count }) => message_count)).toEqual([2]);
});

test('older messages come in from the top', async ({ joins }) => {
  const pat = await joins();
  const session = await pat.hasSession();
  const thread_id = await pat.hasThread(session, 3);
  for (let at = 1; at <= 130; at++) {
    await pat.asks('POST', `/threads/${thread_id}/messages`, { content: `Note number ${at}.`, ask: false });
  }
  await pat.opens(session);
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

test('characters are counted, too many are not sent, and Esc closes the conversation', async ({ joins }) => {
  const pat = await joins();
  await opensConversation(pat);
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

test('code of an answer is copied', async ({ joins }) => {
  const pat = await joins();
  await pat.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await opensConversation(pat);
  await pat.page.getByRole('button', { name: thread.copy }).first().click();
  await expect(pat.page.getByRole('button', { name: thread.copied }).first()).toBeVisible();
  expect(await pat.page.evaluate(() => navigator.clipboard.readText())).toContain('if best == None:');
});

test('a patch whose lines were edited since is not the thing to do next', async ({ joins }) => {
  const pat = await joins();
  const session = await opensConversation(pat);
  await asks(pat);
  const apply = pat.page.getByRole('button', { name: thread.applyPatch });
  await expect(apply).toBeVisible();
  await expect(pat.page.getByText(thread.linesChanged)).toBeHidden();
  await pat.types('  # edited', 3);
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toContain('# edited');
  await expect(pat.page.getByText(thread.linesChanged)).toBeVisible();
  await expect(pat.page.getByRole('button', { name: thread.askNewPatch })).toHaveCount(1);
  await pat.page.getByRole('button', { name: thread.viewDiff }).click();
  const dialog = pat.page.getByRole('dialog');
  await expect(dialog).toContainText(thread.diffMoved);
  // Only the patch's lines are compared, under the number that they have in the file.
  await expect(dialog.locator('.line-numbers').getByText('3', { exact: true }).first()).toBeVisible();
  await expect(dialog.getByRole('button', { name: thread.applyPatch })).toHaveCount(0);
  await pat.page.keyboard.press('Escape');
  // The server looks closer, and refuses it in its own words.
  await apply.click();
  await expect(pat.page.getByText(words.errors.PATCH_CONFLICT.title)).toBeVisible();
  await expect(pat.page.getByRole('button', { name: thread.askNewPatch })).toHaveCount(1);
  // With the lines back, so is the patch.
  await pat.types('', 3);
  for (let at = 0; at < '  # edited'.length; at++) await pat.page.keyboard.press('Backspace');
  await pat.page.keyboard.press('ControlOrMeta+s');
  await expect.poll(() => pat.savedCode(session)).toBe(EVICT);
  await expect(pat.page.getByText(thread.linesChanged)).toBeHidden();
});

test('a message that waits for the connection is no longer held when the text is saved', async ({ joins }) => {
  const pat = await joins();
  const session = await opensConversation(pat);
  await pat.context.setOffline(true);
  await pat.types('  # offline', 4);
  await asks(pat);
  await expect(pat.page.getByText(thread.held)).toBeVisible();
  await pat.context.setOffline(false);
  await expect.poll(() => pat.savedCode(session), { timeout: 30_000 }).toContain('# offline');
  await expect(pat.page.getByText(thread.held)).toBeHidden();
  await expect(pat.page.getByRole('textbox', { name: thread.field })).toHaveValue(QUESTION);
});

test('a patch that is applied in two tabs at once is there once, and undone once', async ({ joins }) => {
  const pat = await joins();
  const session = await pat.hasSession();
  const id = await pat.hasThread(session, 3);
  await pat.asks('POST', `/threads/${id}/messages`, { content: QUESTION });
  const other = await pat.opensTab();
  for (const page of [pat.page, other]) {
    await pat.opens(session, page);
    await page
      .getByRole('button', { name: new RegExp(`^${thread.line(3)}`) })
      .first()
      .click();
    await expect(page.getByRole('button', { name: thread.applyPatch })).toBeVisible();
  }
  // The answer to the first tab comes when it has heard of the second one's.
  await pat.page.route('**/apply', async (route) => {
    const answer = await route.fetch();
    await expect(pat.page.locator('.view-lines').first()).toContainText('best is None');
    await route.fulfill({ response: answer });
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

test('what a toast offers goes with the file, and with the user', async ({ joins }) => {
  const pat = await joins();
  const session = await opensConversation(pat);
  await asks(pat);
  await pat.page.getByRole('button', { name: thread.applyPatch }).click();
  await expect(pat.page.getByText(thread.patchApplied)).toBeVisible();
  await pat.page.getByRole('navigation', { name: editor.path }).getByRole('link').click();
  await expect(pat.page.getByRole('heading', { name: words.sessions.title })).toBeVisible();
  await expect(pat.page.getByText(thread.patchApplied)).toBeHidden({ timeout: 2_000 });
  // An error stays, but not for the next user of the tab.
  await pat.page.route(`**/api/sessions/${session}`, (route) => route.fulfill({ status: 500, body: '{}' }));
  await pat.page.getByRole('button', { name: words.sessions.actionsFor('evict.py') }).click();
  await pat.page.getByRole('menuitem', { name: words.sessions.download }).click();
  await expect(pat.page.locator('[data-sonner-toast]')).toBeVisible();
  await pat.page.getByRole('button', { name: words.accounts.menu(pat.username) }).click();
  await pat.page.getByRole('menuitem', { name: words.common.signOut }).click();
  await expect(pat.page.getByRole('link', { name: words.common.signIn }).first()).toBeVisible();
  await expect(pat.page.locator('[data-sonner-toast]')).toHaveCount(0);
});
