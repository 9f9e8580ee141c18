/**
 * Leaves out of the build what Monaco's core brings along and the page does not use: about a fifth of it.
 *
 * Each entry is a module and what stands for it. A new version of Monaco may need other ones: the build fails when a module is
 * not there any more, or when something else is imported from it.
 */
import type { Plugin } from 'vite';

const NOTHING = (...names: string[]) => names.map((name) => `export function ${name}() {}`).join('\n');

const REPLACED: Record<string, string> = {
  // The command palette and its lists. The page has its own dialogs.
  'editor/standalone/browser/quickInput/standaloneQuickInputService.js': NOTHING('StandaloneQuickInputService'),
  'platform/list/browser/listService.js': NOTHING('ListService', 'IListService'),
  // Pasting as something else: what is pasted is text.
  'editor/contrib/dropOrPasteInto/browser/copyPasteController.js':
    'export const CopyPasteController = { get: () => null };',
  // Several files in one diff.
  'editor/browser/widget/multiDiffEditor/multiDiffEditorWidget.js': NOTHING('MultiDiffEditorWidget'),
  // Drawing by the graphics card, which is off.
  'editor/browser/gpu/viewGpuContext.js': NOTHING('ViewGpuContext'),
  'editor/browser/viewParts/viewLinesGpu/viewLinesGpu.js': NOTHING('ViewLinesGpu'),
  'editor/browser/viewParts/rulersGpu/rulersGpu.js': NOTHING('RulersGpu'),
  'editor/browser/viewParts/gpuMark/gpuMark.js': NOTHING('GpuMarkOverlay'),
  // Markdown as HTML: no text of the page becomes HTML in Monaco.
  'base/browser/markdownRenderer.js': `
    const textOf = (text) => (typeof text === 'string' ? text : text.value);
    export const renderAsPlaintext = textOf;
    export function renderMarkdown(text) {
      const element = document.createElement('span');
      element.textContent = textOf(text);
      return { element, dispose() {} };
    }`,
  // The map of the text beside it, which is off.
  'editor/browser/viewParts/minimap/minimap.js': `
    import { createFastDomNode } from '../../../../base/browser/fastDomNode.js';
    import { ViewPart } from '../../view/viewPart.js';
    export class Minimap extends ViewPart {
      node = createFastDomNode(document.createElement('div'));
      getDomNode() { return this.node; }
      prepareRender() {}
      render() {}
    }`,
  // Monaco's menu, which is none to screen readers. The page has its own.
  'base/browser/ui/menu/menu.js': NOTHING('Menu'),
  // The older way to compare texts.
  'editor/common/diff/legacyLinesDiffComputer.js': NOTHING('LegacyLinesDiffComputer'),
  // Choices in lists of the command palette.
  'base/browser/ui/selectBox/selectBoxCustom.js': NOTHING('SelectBoxList'),
  // Grammars that no one registers.
  'editor/common/model/tokens/treeSitter/treeSitterSyntaxTokenBackend.js': NOTHING('TreeSitterSyntaxTokenBackend'),
};

/** The icons of lists and menus by name, which the worker imports with the kinds of suggestions. It draws none. */
const REPLACED_IN_WORKER: Record<string, string> = {
  'base/common/codicons.js': 'export const Codicon = {};',
};

/** Letters that look alike in other scripts, for warnings that are off. The answers' hidden characters are the server's affair. */
const LOOK_ALIKES_FILE = 'base/common/strings.js';
const LOOK_ALIKES = /(static \{ this\.ambiguousCharacterData = new Lazy\(\(\) => \{[^']*JSON\.parse\()'[^']*'/;

/** Descriptions of settings and colours, which only an editor of settings would show. */
const DESCRIBED =
  /\/vs\/(editor\/common\/config\/editor(Options|ConfigurationSchema)|platform\/theme\/common\/colors\/\w+|editor\/common\/core\/editorColorRegistry)\.js$/;
const DESCRIPTION = /localize\((\d+), (["'])(?:(?!\2)[^\\]|\\.)*\2/g;

/** The icons as WOFF2, made of the same font: 59 KB in place of 153. */
const ICONS = '/src/editor/monaco/codicon.woff2';

const ROOT = /^.*\/node_modules\/monaco-editor\/esm\/vs\//;

/** `isWhole`: Monaco's editor is built, and so every one of the modules is met; its worker has few of them. */
export function monacoDiet({ isWhole }: { isWhole: boolean }): Plugin {
  const replaced = isWhole ? REPLACED : { ...REPLACED, ...REPLACED_IN_WORKER };
  const left = new Set([...Object.keys(REPLACED), LOOK_ALIKES_FILE]);
  return {
    name: 'monaco-diet',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      if (!ROOT.test(id)) return null;
      const path = id.replace(ROOT, '');
      const instead = replaced[path];
      if (instead === undefined) return null;
      left.delete(path);
      return { code: instead, moduleSideEffects: false };
    },
    transform(code, id) {
      if (!ROOT.test(id)) return null;
      if (id.endsWith('codicon.css')) {
        return code.replace('url(./codicon.ttf) format("truetype")', `url(${ICONS}) format("woff2")`);
      }
      if (id.endsWith(LOOK_ALIKES_FILE) && LOOK_ALIKES.test(code)) {
        left.delete(LOOK_ALIKES_FILE);
        return { code: code.replace(LOOK_ALIKES, `$1'{"_common":[],"_default":[]}'`), map: null };
      }
      return DESCRIBED.test(id) ? { code: code.replace(DESCRIPTION, 'localize($1, ""'), map: null } : null;
    },
    buildEnd(error) {
      if (isWhole && error === undefined && left.size > 0) {
        this.error(`Monaco has no ${[...left].join(', ')} any more, or another: look at monaco-diet.ts.`);
      }
    },
  };
}
