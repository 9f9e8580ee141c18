/** Tests that highlighting keeps the code's text. */
import { expect, test } from 'vitest';
import { toSpans } from './highlight';

const line = (...tokens: [text: string, className: string][]) =>
  `<span>${tokens.map(([text, name]) => `<span class="${name}">${text}</span>`).join('')}</span><br/>`;

test('splits the code at token boundaries', () => {
  const html = line(['if', 'mtk3'], ['\u00a0x', 'mtk1']) + line(['\u00a0y', 'mtk1']);
  expect(toSpans('if\tx\n y', html)).toEqual([
    [
      { text: 'if', className: 'mtk3' },
      { text: '\tx', className: 'mtk1' },
    ],
    [{ text: ' y', className: 'mtk1' }],
  ]);
});

test('markup in code stays text', () => {
  const html = line(['&lt;img\u00a0src=x\u00a0onerror=alert(1)&gt;', 'mtk1']);
  expect(toSpans('<img src=x onerror=alert(1)>', html)).toEqual([
    [{ text: '<img src=x onerror=alert(1)>', className: 'mtk1' }],
  ]);
});

test('returns null if the markup lacks a part of the code', () => {
  expect(toSpans('a\nb', line(['a', 'mtk1']))).toBeNull();
  expect(toSpans('abc', line(['ab', 'mtk1']))).toBeNull();
});
