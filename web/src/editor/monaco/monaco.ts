/**
 * Sets up Monaco: its core, the features that the page uses, its languages and its worker.
 *
 * Import this file only from lazily loaded code, because Monaco is most of the page's size.
 */
import 'monaco-editor/features/anchorSelect/register';
import 'monaco-editor/features/bracketMatching/register';
import 'monaco-editor/features/caretOperations/register';
import 'monaco-editor/features/clipboard/register';
import 'monaco-editor/features/codeEditor/register';
import 'monaco-editor/features/codicon/register';
import 'monaco-editor/features/comment/register';
import 'monaco-editor/features/cursorUndo/register';
import 'monaco-editor/features/diffEditor/register';
import 'monaco-editor/features/find/register';
import 'monaco-editor/features/folding/register';
import 'monaco-editor/features/indentation/register';
import 'monaco-editor/features/lineSelection/register';
import 'monaco-editor/features/linesOperations/register';
import 'monaco-editor/features/longLinesHelper/register';
import 'monaco-editor/features/multicursor/register';
import 'monaco-editor/features/smartSelect/register';
import 'monaco-editor/features/tokenization/register';
import 'monaco-editor/features/wordHighlighter/register';
import 'monaco-editor/features/wordOperations/register';
import 'monaco-editor/features/wordPartOperations/register';
import * as monaco from 'monaco-editor/editor';
import EditorWorker from 'monaco-editor/editor/editor.worker?worker';
import './register-languages';
import './monaco.css';
import { defineThemes } from './themes';

self.MonacoEnvironment = { getWorker: () => new EditorWorker() };

defineThemes(monaco.editor);

/** Monaco measures characters once. Measure again when the font is loaded, or the cursor is misplaced. */
void document.fonts.load('13px "JetBrains Mono Variable"').then(() => monaco.editor.remeasureFonts());

export { monaco };
