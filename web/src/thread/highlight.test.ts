/** Colours are taken from Monaco's markup, and the text from the code itself. */
import { expect, test } from 'vitest';
import { spans } from './highlight';

const line = (...tokens: [text: string, className: string][]) =>
  `<span>${tokens.map(([text, name]) => `<span class="${name}">${text}</span>`).join('')}</span><br/>`;

test('the code is cut where a token begins', () => {
  const html = line(['if', 'mtk3'], ['\u00a0x', 'mtk1']) + line(['\u00a0y', 'mtk1']);
  expect(spans('if\tx\n y', html)).toEqual([
    [
      { text: 'if', className: 'mtk3' },
      { text: '\tx', className: 'mtk1' },
    ],
    [{ text: ' y', className: 'mtk1' }],
  ]);
});

test('markup in code stays text', () => {
  const html = line(['&lt;img\u00a0src=x\u00a0onerror=alert(1)&gt;', 'mtk1']);
  expect(spans('<img src=x onerror=alert(1)>', html)).toEqual([
    [{ text: '<img src=x onerror=alert(1)>', className: 'mtk1' }],
  ]);
});

test('code that lacks something in the markup is shown plain', () => {
  expect(spans('a\nb', line(['a', 'mtk1']))).toBeNull();
  expect(spans('abc', line(['ab', 'mtk1']))).toBeNull();
});
