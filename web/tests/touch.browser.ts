/** Selecting lines with a finger, which has neither a drag nor a Shift key. */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { words } from './person';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
/** Monaco handles touch on phones in another way. */
const ANDROID = `Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36`;

async function tapsNumber(page: Page, line: number): Promise<void> {
  await page.locator('.margin .line-numbers').getByText(String(line), { exact: true }).tap();
}

for (const [name, more] of Object.entries({ 'a touch screen': {}, 'a phone': { userAgent: ANDROID } })) {
  test(`two taps on line numbers select the lines between them on ${name}`, async ({ joins }) => {
    const pat = await joins({ ...PHONE, ...more });
    const { page } = pat;
    await pat.opens(await pat.hasSession());
    await expect(page.getByText(words.editor.touchHint)).toBeVisible();
    const ask = (lines: number) => page.getByRole('button', { name: words.editor.ask(lines), exact: true });
    await tapsNumber(page, 2);
    await expect(ask(1)).toBeVisible();
    await tapsNumber(page, 4);
    await expect(ask(3)).toBeVisible();
    const box = await ask(3).boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(44);
    await tapsNumber(page, 1);
    await expect(ask(2)).toBeVisible();
    // The keyboard of the screen has not come up.
    await expect(page.locator('.monaco-editor :focus')).toHaveCount(0);
    // The last line is empty: taps that follow each other soon select a word.
    await page.locator('.view-lines').tap({ position: { x: 200, y: 120 } });
    await expect(page.getByRole('button', { name: words.editor.addNote })).toBeHidden();
    await tapsNumber(page, 4);
    await tapsNumber(page, 3);
    await ask(2).tap();
    await expect(page.getByRole('heading', { name: words.editor.linesAt(3, 4) })).toBeVisible();
  });
}

test('a phone has a way back to the sessions, and the heading is the name of the file', async ({ joins }) => {
  const pat = await joins(PHONE);
  await pat.opens(await pat.hasSession());
  await expect(pat.page.getByRole('heading', { name: 'evict.py', exact: true, level: 1 })).toBeVisible();
  await pat.page.getByRole('link', { name: words.common.sessions }).tap();
  await expect(pat.page).toHaveURL(/\/dashboard$/);
});
