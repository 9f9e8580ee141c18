/**
 * Build plugin that removes the parts of Monaco's core that the page does not use, about a fifth of the core.
 *
 * Each entry maps a module to its replacement. The build fails if a new version of Monaco lacks one of the modules or
 * imports other names from it, so the list stays correct.
 */
import type { Plugin } from 'vite';

const emptyFunctions = (...names: string[]) => names.map((name) => `export function ${name}() {}`).join('\n');

const REPLACEMENTS: Record<string, string> = {
  // The command palette and its lists; the page has its own dialogs.
  'editor/standalone/browser/quickInput/standaloneQuickInputService.js': emptyFunctions('StandaloneQuickInputService'),
  'platform/list/browser/listService.js': emptyFunctions('ListService', 'IListService'),
  // "Paste as"; the page pastes only plain text.
  'editor/contrib/dropOrPasteInto/browser/copyPasteController.js':
    'export const CopyPasteController = { get: () => null };',
  // Multi-file diffs.
  'editor/browser/widget/multiDiffEditor/multiDiffEditorWidget.js': emptyFunctions('MultiDiffEditorWidget'),
  // GPU rendering, which is off.
  'editor/browser/gpu/viewGpuContext.js': emptyFunctions('ViewGpuContext'),
  'editor/browser/viewParts/viewLinesGpu/viewLinesGpu.js': emptyFunctions('ViewLinesGpu'),
  'editor/browser/viewParts/rulersGpu/rulersGpu.js': emptyFunctions('RulersGpu'),
  'editor/browser/viewParts/gpuMark/gpuMark.js': emptyFunctions('GpuMarkOverlay'),
  // Markdown as HTML; the page never turns text into HTML.
  'base/browser/markdownRenderer.js': `
    const textOf = (text) => (typeof text === 'string' ? text : text.value);
    export const renderAsPlaintext = textOf;
    export function renderMarkdown(text) {
      const element = document.createElement('span');
      element.textContent = textOf(text);
      return { element, dispose() {} };
    }`,
  // The minimap, which is off.
  'editor/browser/viewParts/minimap/minimap.js': `
    import { createFastDomNode } from '../../../../base/browser/fastDomNode.js';
    import { ViewPart } from '../../view/viewPart.js';
    export class Minimap extends ViewPart {
      node = createFastDomNode(document.createElement('div'));
      getDomNode() { return this.node; }
      prepareRender() {}
      render() {}
    }`,
  // Monaco's menu, which is not accessible to screen readers. The page has its own.
  'base/browser/ui/menu/menu.js': emptyFunctions('Menu'),
  // The legacy diff algorithm.
  'editor/common/diff/legacyLinesDiffComputer.js': emptyFunctions('LegacyLinesDiffComputer'),
  // Select boxes of the command palette.
  'base/browser/ui/selectBox/selectBoxCustom.js': emptyFunctions('SelectBoxList'),
  // Tree-sitter grammars; none is registered.
  'editor/common/model/tokens/treeSitter/treeSitterSyntaxTokenBackend.js':
    emptyFunctions('TreeSitterSyntaxTokenBackend'),
};

/** Icons by name. The worker imports them with the kinds of suggestions but draws none. */
const WORKER_REPLACEMENTS: Record<string, string> = {
  'base/common/codicons.js': 'export const Codicon = {};',
};

/** Data of look-alike letters, for warnings that are off. The server checks answers for hidden characters. */
const LOOK_ALIKES_FILE = 'base/common/strings.js';
const LOOK_ALIKES = /(static \{ this\.ambiguousCharacterData = new Lazy\(\(\) => \{[^']*JSON\.parse\()'[^']*'/;

/** Descriptions of settings and colours, which only a settings editor would show. */
const DESCRIPTION_FILES =
  /\/vs\/(editor\/common\/config\/editor(Options|ConfigurationSchema)|platform\/theme\/common\/colors\/\w+|editor\/common\/core\/editorColorRegistry)\.js$/;
const DESCRIPTION = /localize\((\d+), (["'])(?:(?!\2)[^\\]|\\.)*\2/g;

/** The icon font as WOFF2: 59 KB instead of 153 KB. */
const ICONS = '/src/editor/monaco/codicon.woff2';

const ROOT = /^.*\/node_modules\/monaco-editor\/esm\/vs\//;

/** `isMainBundle`: the main bundle imports every listed module, so a missing one is an error. The worker has few. */
export function trimMonaco({ isMainBundle }: { isMainBundle: boolean }): Plugin {
  const replaced = isMainBundle ? REPLACEMENTS : { ...REPLACEMENTS, ...WORKER_REPLACEMENTS };
  const unusedEntries = new Set([...Object.keys(REPLACEMENTS), LOOK_ALIKES_FILE]);
  return {
    name: 'monaco-diet',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      if (!ROOT.test(id)) return null;
      const path = id.replace(ROOT, '');
      const replacement = replaced[path];
      if (replacement === undefined) return null;
      unusedEntries.delete(path);
      return { code: replacement, moduleSideEffects: false };
    },
    transform(code, id) {
      if (!ROOT.test(id)) return null;
      if (id.endsWith('codicon.css')) {
        return code.replace('url(./codicon.ttf) format("truetype")', `url(${ICONS}) format("woff2")`);
      }
      if (id.endsWith(LOOK_ALIKES_FILE) && LOOK_ALIKES.test(code)) {
        unusedEntries.delete(LOOK_ALIKES_FILE);
        return { code: code.replace(LOOK_ALIKES, `$1'{"_common":[],"_default":[]}'`), map: null };
      }
      return DESCRIPTION_FILES.test(id) ? { code: code.replace(DESCRIPTION, 'localize($1, ""'), map: null } : null;
    },
    buildEnd(error) {
      if (isMainBundle && error === undefined && unusedEntries.size > 0) {
        this.error(`Monaco has no ${[...unusedEntries].join(', ')} with the expected content. Update trim-monaco.ts.`);
      }
    },
  };
}
