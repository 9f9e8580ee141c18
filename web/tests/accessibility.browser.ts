/** Tests every main state at three widths in both themes with axe, for overflow and target sizes. */
import AxeBuilder from '@axe-core/playwright';
import type { BrowserContextOptions, Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { selectLines, type TestUser, waitForEditor, words } from './test-user';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const WIDTHS: Record<string, BrowserContextOptions> = {
  desktop: { viewport: { width: 1440, height: 900 } },
  tablet: { viewport: { width: 820, height: 1180 }, hasTouch: true },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};

async function expectAccessible(page: Page, state: string): Promise<void> {
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect.soft(sideways, `${state} scrolls sideways`).toBeLessThanOrEqual(0);
  if (await page.evaluate(() => matchMedia('(pointer: coarse)').matches)) {
    expect.soft(await smallTargets(page), `${state} has small targets`).toEqual([]);
  }
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  const messages = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  );
  expect.soft(messages, state).toEqual([]);
}

/** Touch targets smaller than 44 pixels. Links inside text are exempt. */
function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const targets = document.querySelectorAll<HTMLElement>(
      'button, [role="menuitem"], [role="tab"], input, a[class*="inline-flex"]',
    );
    return [...targets].flatMap((target) => {
      const { width, height } = target.getBoundingClientRect();
      const isShown =
        target.checkVisibility({ visibilityProperty: true }) && width > 1 && target.closest('.monaco-editor') === null;
      const isSmall = height < 43.5 || width < 43.5;
      return isShown && isSmall
        ? [`${target.getAttribute('aria-label') ?? target.textContent} ${Math.round(width)}×${Math.round(height)}`]
        : [];
    });
  });
}

/** Checks all states; each is reached from the one before. */
async function checkAllStates(pat: TestUser, width: string): Promise<void> {
  const { page } = pat;
  for (const path of [
    '/dashboard',
    '/dashboard?new',
    '/settings',
    '/settings?tab=usage',
    '/settings?tab=account',
    '/nowhere',
  ]) {
    await page.goto(path);
    await page.waitForLoadState('networkidle');
    await expectAccessible(page, path);
  }
  const session = await pat.createSession();
  const thread = await pat.createThread(session, 3);
  await pat.callApi('POST', `/threads/${thread}/messages`, { content: 'Is this comparison right?' });
  await page.goto('/dashboard');
  await expect(page.getByRole('link', { name: 'evict.py' }).first()).toBeVisible();
  await expectAccessible(page, 'a list');
  await page
    .getByRole('button', { name: words.sessions.actionsFor('evict.py') })
    .first()
    .click();
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page, 'a menu');
  await page.keyboard.press('Escape');
  await page.goto(`/editor/${session}`);
  await waitForEditor(page);
  await expectAccessible(page, 'the editor');
  await page.getByRole('button', { name: words.sessions.actionsFor('evict.py') }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page, 'the menu of the file');
  await page.keyboard.press('Escape');
  if (width === 'desktop') {
    await selectLines(page, 3);
    await expectAccessible(page, 'a selection');
    await page
      .getByRole('button', { name: new RegExp(`^${words.thread.line(3)}`) })
      .first()
      .click();
    await expect(page.getByRole('button', { name: words.thread.viewDiff })).toBeVisible();
    await expectAccessible(page, 'a conversation');
    await page.getByRole('button', { name: words.thread.viewDiff }).click();
    await expect(page.getByRole('dialog').locator('.monaco-diff-editor')).toBeVisible();
    await expectAccessible(page, 'a difference');
    await page.keyboard.press('Escape');
  } else {
    await page.getByRole('button', { name: words.editor.conversations }).first().click();
    await expectAccessible(page, 'the conversations');
    await page
      .getByRole('button', { name: new RegExp(`^${words.thread.line(3)}`) })
      .first()
      .click();
    await expect(page.getByRole('button', { name: words.thread.viewDiff })).toBeVisible();
    await expectAccessible(page, 'a conversation');
  }
  await page.getByRole('button', { name: words.thread.applyPatch }).click();
  await page.getByRole('button', { name: words.thread.anchors.approximate, exact: true }).click();
  await expect(page.getByText(words.thread.anchorHints.approximate)).toBeVisible();
  await expectAccessible(page, 'a hint about changed lines');
}

for (const [width, options] of Object.entries(WIDTHS)) {
  for (const colorScheme of ['dark', 'light'] as const) {
    test(`all states are accessible on a ${width} in the ${colorScheme} theme`, async ({
      createUser,
      createVisitor,
    }) => {
      test.setTimeout(180_000);
      const visitor = await createVisitor({ ...options, colorScheme, reducedMotion: 'reduce' });
      for (const path of ['/', '/about', '/login', '/signup']) {
        await visitor.page.goto(path);
        await visitor.page.waitForLoadState('networkidle');
        await expectAccessible(visitor.page, path);
      }
      await checkAllStates(await createUser({ ...options, colorScheme, reducedMotion: 'reduce' }), width);
    });
  }
}
