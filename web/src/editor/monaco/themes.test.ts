/** Tests the contrast of the code themes. */
import { expect, test } from 'vitest';
import { COLORS, PALETTES } from './themes';

type Color = [red: number, green: number, blue: number, alpha: number];

function parsed(hex: string): Color {
  const [red = 0, green = 0, blue = 0, alpha = 255] = (hex.slice(1).match(/../g) ?? []).map((pair) =>
    Number(`0x${pair}`),
  );
  return [red, green, blue, alpha / 255];
}

function blend(front: Color, back: Color): Color {
  const mix = (at: 0 | 1 | 2) => front[at] * front[3] + back[at] * (1 - front[3]);
  return [mix(0), mix(1), mix(2), 1];
}

function luminance([red, green, blue]: Color): number {
  const linear = (value: number) => (value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function contrast(a: Color, b: Color): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((m, n) => m - n);
  return (high + 0.05) / (low + 0.05);
}

/** The backgrounds that can lie under a text, from the bottom. */
const LAYERS = [
  [],
  ['editor.selectionBackground'],
  ['editor.lineHighlightBackground'],
  ['diffEditor.insertedLineBackground', 'diffEditor.insertedTextBackground'],
  ['diffEditor.removedLineBackground', 'diffEditor.removedTextBackground'],
];

for (const theme of ['dark', 'light'] as const) {
  test(`every colour of text has a contrast of 4.5 on what it stands on, ${theme}`, () => {
    const { surface, ...texts } = PALETTES[theme];
    for (const [name, text] of Object.entries(texts)) {
      for (const layers of LAYERS) {
        const ground = layers.reduce((back, key) => blend(parsed(COLORS[theme][key] ?? ''), back), parsed(surface));
        expect(contrast(parsed(text), ground), `${name} on ${layers.join(' and ')}`).toBeGreaterThanOrEqual(
          name === 'lineNumber' && layers.length > 0 ? 3 : 4.5,
        );
      }
    }
  });
}
