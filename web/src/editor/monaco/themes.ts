/** The two code themes. A test checks that every text colour has a contrast of at least 4.5 to 1. */
import type { editor } from 'monaco-editor/editor';
import type { Theme } from '../../page/theme';

/** Token colours by meaning. */
export interface Palette {
  surface: string;
  text: string;
  comment: string;
  keyword: string;
  string: string;
  number: string;
  type: string;
  call: string;
  tag: string;
  invalid: string;
  lineNumber: string;
}

export const PALETTES: Record<Theme, Palette> = {
  dark: {
    surface: '#0d0d0f',
    text: '#e8e8ea',
    comment: '#a0a0aa',
    keyword: '#c792ea',
    string: '#a5d66f',
    number: '#f2a65e',
    type: '#ffcb6b',
    call: '#82aaff',
    tag: '#ff8a80',
    invalid: '#ff8a86',
    lineNumber: '#8f8f99',
  },
  light: {
    surface: '#f7f7f8',
    text: '#1c1c1e',
    comment: '#55555e',
    keyword: '#7a2bb8',
    string: '#22590a',
    number: '#84400a',
    type: '#6b4a00',
    call: '#1250c4',
    tag: '#a3211a',
    invalid: '#a51616',
    lineNumber: '#65656f',
  },
};

const withoutHash = (color: string) => color.slice(1);

/** Brackets have the text colour, because other colours have a meaning in a review. */
function brackets({ text }: Palette): editor.IColors {
  const colors: editor.IColors = { 'editorBracketHighlight.unexpectedBracket.foreground': text };
  for (let depth = 1; depth <= 6; depth++) colors[`editorBracketHighlight.foreground${depth}`] = text;
  return colors;
}

function rules(palette: Palette): editor.ITokenThemeRule[] {
  const tokensByColor: [color: string, tokens: string][] = [
    [palette.text, ' variable identifier delimiter operator source metatag.content'],
    [palette.comment, 'comment comment.doc'],
    [palette.keyword, 'keyword constant.language storage meta metatag annotation'],
    // Python's quotes are `string.escape`.
    [palette.string, 'string attribute.value regexp string.value string.escape'],
    [palette.number, 'number constant attribute.value.number attribute.value.unit'],
    [palette.type, 'type namespace type.identifier'],
    [palette.call, 'function predefined key attribute.name string.key variable.predefined'],
    [palette.tag, 'tag tag.id tag.class'],
    [palette.invalid, 'invalid string.invalid'],
  ];
  return tokensByColor.flatMap(([color, tokens]) =>
    tokens.split(' ').map((token) => ({ token, foreground: withoutHash(color) })),
  );
}

const SHARED: editor.IColors = { 'editorOverviewRuler.border': '#00000000', 'scrollbar.shadow': '#00000000' };

/** Translucent backgrounds are blended with the surface. */
const DARK: editor.IColors = {
  'editor.background': '#0d0d0f',
  'editor.foreground': '#e8e8ea',
  'editorGutter.background': '#0d0d0f',
  'editorLineNumber.foreground': '#8f8f99',
  'editorLineNumber.activeForeground': '#e8e8ea',
  'editorCursor.foreground': '#ff6a45',
  'editor.selectionBackground': '#ff4a1f45',
  'editor.inactiveSelectionBackground': '#ff4a1f33',
  'editor.selectionHighlightBackground': '#ffffff1f',
  'editor.wordHighlightBackground': '#ffffff17',
  'editor.wordHighlightTextBackground': '#ffffff17',
  'editor.lineHighlightBackground': '#ffffff0a',
  'editor.lineHighlightBorder': '#00000000',
  'editor.findMatchBackground': '#e3a0083d',
  'editor.findMatchHighlightBackground': '#e3a00833',
  'editor.foldBackground': '#ffffff0d',
  'editorIndentGuide.background1': '#2a2a2f',
  'editorIndentGuide.activeBackground1': '#3a3a41',
  'editorBracketMatch.background': '#ffffff1a',
  'editorBracketMatch.border': '#73737d',
  'editorWidget.background': '#26262a',
  'editorWidget.foreground': '#e8e8ea',
  'editorWidget.border': '#3a3a41',
  'editorHoverWidget.background': '#26262a',
  'editorHoverWidget.border': '#3a3a41',
  'input.background': '#0d0d0f',
  'input.foreground': '#e8e8ea',
  'input.border': '#73737d',
  'input.placeholderForeground': '#8f8f99',
  'inputOption.activeBackground': '#ff4a1f40',
  'inputOption.activeBorder': '#ff6a45',
  'inputOption.activeForeground': '#e8e8ea',
  focusBorder: '#ff6a45',
  'widget.shadow': '#00000073',
  'scrollbarSlider.background': '#ffffff26',
  'scrollbarSlider.hoverBackground': '#ffffff40',
  'scrollbarSlider.activeBackground': '#ffffff59',
  'diffEditor.insertedLineBackground': '#3fb95024',
  'diffEditor.insertedTextBackground': '#3fb95029',
  'diffEditor.removedLineBackground': '#f0524f24',
  'diffEditor.removedTextBackground': '#f0524f29',
  'diffEditor.diagonalFill': '#2a2a2f',
  'diffEditor.unchangedRegionBackground': '#1c1c1e',
  'diffEditor.unchangedRegionForeground': '#a9a9b2',
  'diffEditor.unchangedCodeBackground': '#00000000',
  'diffEditor.border': '#3a3a41',
};

const LIGHT: editor.IColors = {
  'editor.lineHighlightBorder': '#00000000',
  'diffEditor.unchangedCodeBackground': '#00000000',
  'editor.background': '#f7f7f8',
  'editor.foreground': '#1c1c1e',
  'editorGutter.background': '#f7f7f8',
  'editorLineNumber.foreground': '#65656f',
  'editorLineNumber.activeForeground': '#1c1c1e',
  'editorCursor.foreground': '#c9300b',
  'editor.selectionBackground': '#c9300b2e',
  'editor.inactiveSelectionBackground': '#c9300b22',
  'editor.selectionHighlightBackground': '#00000014',
  'editor.wordHighlightBackground': '#0000000f',
  'editor.wordHighlightTextBackground': '#0000000f',
  'editor.lineHighlightBackground': '#00000008',
  'editor.findMatchBackground': '#e3a00859',
  'editor.findMatchHighlightBackground': '#e3a00833',
  'editor.foldBackground': '#00000008',
  'editorIndentGuide.background1': '#e4e4e8',
  'editorIndentGuide.activeBackground1': '#c8c8cf',
  'editorBracketMatch.background': '#00000012',
  'editorBracketMatch.border': '#83838d',
  'editorWidget.background': '#ffffff',
  'editorWidget.foreground': '#1c1c1e',
  'editorWidget.border': '#dcdce1',
  'editorHoverWidget.background': '#ffffff',
  'editorHoverWidget.border': '#dcdce1',
  'input.background': '#f7f7f8',
  'input.foreground': '#1c1c1e',
  'input.border': '#83838d',
  'input.placeholderForeground': '#65656f',
  'inputOption.activeBackground': '#c9300b26',
  'inputOption.activeBorder': '#c9300b',
  'inputOption.activeForeground': '#1c1c1e',
  focusBorder: '#b82a08',
  'widget.shadow': '#00000024',
  'scrollbarSlider.background': '#00000026',
  'scrollbarSlider.hoverBackground': '#00000040',
  'scrollbarSlider.activeBackground': '#00000059',
  'diffEditor.insertedLineBackground': '#1a7f371f',
  'diffEditor.insertedTextBackground': '#1a7f3726',
  'diffEditor.removedLineBackground': '#c628281a',
  'diffEditor.removedTextBackground': '#c6282821',
  'diffEditor.diagonalFill': '#e4e4e8',
  'diffEditor.unchangedRegionBackground': '#ececf0',
  'diffEditor.unchangedRegionForeground': '#55555e',
  'diffEditor.border': '#dcdce1',
};

/** All colours except token colours. */
export const COLORS: Record<Theme, editor.IColors> = { dark: DARK, light: LIGHT };

export function monacoThemeName(theme: Theme): string {
  return `codesensei-${theme}`;
}

export function defineThemes(monaco: typeof editor): void {
  monaco.defineTheme(monacoThemeName('dark'), {
    base: 'vs-dark',
    inherit: false,
    rules: rules(PALETTES.dark),
    colors: { ...SHARED, ...brackets(PALETTES.dark), ...DARK },
  });
  monaco.defineTheme(monacoThemeName('light'), {
    base: 'vs',
    inherit: false,
    rules: rules(PALETTES.light),
    colors: { ...SHARED, ...brackets(PALETTES.light), ...LIGHT },
  });
}
