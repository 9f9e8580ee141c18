/** Every main state at three widths and in both themes: axe finds nothing, and nothing scrolls sideways. */
import AxeBuilder from '@axe-core/playwright';
import type { BrowserContextOptions, Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { type Person, ready, selectLines, words } from './person';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const WIDTHS: Record<string, BrowserContextOptions> = {
  desktop: { viewport: { width: 1440, height: 900 } },
  tablet: { viewport: { width: 820, height: 1180 }, hasTouch: true },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};

async function isSound(page: Page, state: string): Promise<void> {
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect.soft(sideways, `${state} scrolls sideways`).toBeLessThanOrEqual(0);
  if (await page.evaluate(() => matchMedia('(pointer: coarse)').matches)) {
    expect.soft(await smallTargets(page), `${state} has small targets`).toEqual([]);
  }
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  expect.soft(told, state).toEqual([]);
}

/** What is under 44 pixels in one direction or the other, though a finger has to meet it. Links in a text are part of it. */
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

/** The states, each reached from the one before. */
async function visitsAll(pat: Person, width: string): Promise<void> {
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
    await isSound(page, path);
  }
  const session = await pat.hasSession();
  const thread = await pat.hasThread(session, 3);
  await pat.asks('POST', `/threads/${thread}/messages`, { content: 'Is this comparison right?' });
  await page.goto('/dashboard');
  await expect(page.getByRole('link', { name: 'evict.py' }).first()).toBeVisible();
  await isSound(page, 'a list');
  await page
    .getByRole('button', { name: words.sessions.actionsFor('evict.py') })
    .first()
    .click();
  await expect(page.getByRole('menu')).toBeVisible();
  await isSound(page, 'a menu');
  await page.keyboard.press('Escape');
  await page.goto(`/editor/${session}`);
  await ready(page);
  await isSound(page, 'the editor');
  await page.getByRole('button', { name: words.sessions.actionsFor('evict.py') }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  await isSound(page, 'the menu of the file');
  await page.keyboard.press('Escape');
  if (width === 'desktop') {
    await selectLines(page, 3);
    await isSound(page, 'a selection');
    await page
      .getByRole('button', { name: new RegExp(`^${words.thread.line(3)}`) })
      .first()
      .click();
    await expect(page.getByRole('button', { name: words.thread.viewDiff })).toBeVisible();
    await isSound(page, 'a conversation');
    await page.getByRole('button', { name: words.thread.viewDiff }).click();
    await expect(page.getByRole('dialog').locator('.monaco-diff-editor')).toBeVisible();
    await isSound(page, 'a difference');
    await page.keyboard.press('Escape');
  } else {
    await page.getByRole('button', { name: words.editor.conversations }).first().click();
    await isSound(page, 'the conversations');
    await page
      .getByRole('button', { name: new RegExp(`^${words.thread.line(3)}`) })
      .first()
      .click();
    await expect(page.getByRole('button', { name: words.thread.viewDiff })).toBeVisible();
    await isSound(page, 'a conversation');
  }
  await page.getByRole('button', { name: words.thread.applyPatch }).click();
  await page.getByRole('button', { name: words.thread.anchors.approximate, exact: true }).click();
  await expect(page.getByText(words.thread.anchorHints.approximate)).toBeVisible();
  await isSound(page, 'a hint about changed lines');
}

for (const [width, options] of Object.entries(WIDTHS)) {
  for (const colorScheme of ['dark', 'light'] as const) {
    test(`all states are sound on a ${width} in the ${colorScheme} theme`, async ({ joins, visits }) => {
      test.setTimeout(180_000);
      const visitor = await visits({ ...options, colorScheme, reducedMotion: 'reduce' });
      for (const path of ['/', '/about', '/login', '/signup']) {
        await visitor.page.goto(path);
        await visitor.page.waitForLoadState('networkidle');
        await isSound(visitor.page, path);
      }
      await visitsAll(await joins({ ...options, colorScheme, reducedMotion: 'reduce' }), width);
    });
  }
}
