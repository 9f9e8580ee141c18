/**
 * Monaco, as the page uses it: its core, the features that a reviewer needs, our languages, its worker from our origin.
 *
 * Import this file only from code that is loaded lazily: it is most of the page's weight.
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

/** Monaco measures letters once. With a font that arrives later, the cursor would stand beside them. */
void document.fonts.load('13px "JetBrains Mono Variable"').then(() => monaco.editor.remeasureFonts());

export { monaco };
