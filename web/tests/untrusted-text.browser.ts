/** Tests that markup in names, code, questions and answers stays text. */
import { expect, test } from './fixtures';
import { words } from './test-user';

const MARKUP = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
const ANSWER = `${MARKUP}

[a link](javascript:window.hacked=1) and [another](https://example.com/)

![a picture](https://example.com/track.png)

<iframe src="javascript:window.hacked=1"></iframe>

\`\`\`html
${MARKUP}
\`\`\`
`;

test('markup in an answer runs nothing and loads nothing', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession('markup.html', `${MARKUP}\n`);
  const thread = await pat.createThread(session, 1);
  await pat.callApi('POST', `/threads/${thread}/messages`, { content: `What is this? ${MARKUP}` });
  const elsewhere: string[] = [];
  pat.page.on('request', (request) => {
    if (!request.url().startsWith(pat.url) && !request.url().startsWith('data:')) elsewhere.push(request.url());
  });
  await pat.page.route('**/messages?*', async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { messages: { role: string; content: string; suggested_code?: string }[] };
    for (const message of body.messages) {
      if (message.role === 'ai')
        Object.assign(message, { content: ANSWER, suggested_code: MARKUP, warnings: [MARKUP] });
    }
    await route.fulfill({ response: response, json: body });
  });
  await pat.openSession(session);
  await pat.page
    .getByRole('button', { name: new RegExp(`^${words.thread.line(1)}`) })
    .first()
    .click();
  const link = pat.page.getByRole('link', { name: 'another' });
  await expect(link).toHaveAttribute('rel', /noopener/);
  await expect(link).toHaveAttribute('href', 'https://example.com/');
  await expect(pat.page.locator('a[href^="javascript:"]')).toHaveCount(0);
  await expect(pat.page.locator('iframe')).toHaveCount(0);
  expect(await pat.page.evaluate(() => 'hacked' in window)).toBe(false);
  expect(elsewhere).toEqual([]);
});

test('an answer with thousands of nested quotes is shown as text', async ({ createUser }) => {
  const pat = await createUser();
  const session = await pat.createSession();
  const thread = await pat.createThread(session, 3);
  await pat.callApi('POST', `/threads/${thread}/messages`, { content: 'Is this comparison right?' });
  await pat.page.route('**/messages?*', async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { messages: { role: string; content: string }[] };
    const deep = `${'>'.repeat(3_000)} deep\n\n${'- '.repeat(3_000)}deeper`;
    for (const message of body.messages) if (message.role === 'ai') message.content = deep;
    await route.fulfill({ response: response, json: body });
  });
  await pat.openSession(session);
  await pat.page
    .getByRole('button', { name: new RegExp(`^${words.thread.line(3)}`) })
    .first()
    .click();
  await expect(pat.page.getByText('deeper').last()).toBeVisible();
  await expect(pat.page.locator('.monaco-editor .view-lines').first()).toBeVisible();
});
