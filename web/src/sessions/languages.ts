/** The API's languages with their colours and file extensions. */
import type { Language } from '../api/types';

export interface LanguageInfo {
  /** Colour of the dot beside the name, visible in both themes. */
  colour: string;
  /** Without the dot; the first one is for new files. Empty for languages whose files have no extension. */
  extensions: readonly string[];
}

function language(colour: string, ...extensions: string[]): LanguageInfo {
  return { colour, extensions };
}

/** A language that the API adds does not compile until it is listed here. */
export const LANGUAGES: Record<Language, LanguageInfo> = {
  JavaScript: language('#d9b80d', 'js', 'mjs', 'cjs', 'jsx'),
  TypeScript: language('#3178c6', 'ts', 'tsx', 'mts', 'cts'),
  Python: language('#4b8bbe', 'py', 'pyi', 'pyw'),
  Java: language('#b07219', 'java'),
  Go: language('#00a5c8', 'go'),
  Rust: language('#d08b62', 'rs'),
  'C++': language('#f34b7d', 'cpp', 'cc', 'cxx', 'hpp', 'hh', 'hxx'),
  C: language('#888892', 'c', 'h'),
  'C#': language('#2d9a3c', 'cs', 'csx'),
  PHP: language('#777bb4', 'php', 'phtml'),
  Ruby: language('#c2362f', 'rb', 'rake', 'gemspec'),
  Kotlin: language('#a97bff', 'kt', 'kts'),
  Swift: language('#f05138', 'swift'),
  HTML: language('#e34c26', 'html', 'htm', 'xhtml'),
  CSS: language('#8a5cc4', 'css'),
  SQL: language('#d97706', 'sql', 'ddl'),
  JSON: language('#8a8a94', 'json', 'jsonc', 'json5', 'jsonl', 'ipynb'),
  YAML: language('#d04a52', 'yaml', 'yml'),
  Markdown: language('#4a90c2', 'md', 'markdown', 'mdx'),
  Shell: language('#6cbf3a', 'sh', 'bash', 'zsh'),
  'Plain Text': language('#8f8f99', 'txt', 'text', 'log'),
  Scala: language('#d8384f', 'scala', 'sc', 'sbt'),
  Dart: language('#00a597', 'dart'),
  R: language('#198ce7', 'r'),
  Lua: language('#5c6bd6', 'lua'),
  Perl: language('#0298c3', 'pl', 'pm'),
  Haskell: language('#8d7cb0', 'hs', 'lhs'),
  Elixir: language('#9a6fb0', 'ex', 'exs'),
  Erlang: language('#b83998', 'erl', 'hrl'),
  Clojure: language('#d8584f', 'clj', 'cljs', 'cljc', 'edn'),
  'F#': language('#a845b8', 'fs', 'fsi', 'fsx'),
  OCaml: language('#ef7a08', 'ml', 'mli'),
  Julia: language('#a270ba', 'jl'),
  Groovy: language('#4298b8', 'groovy', 'gradle'),
  'Objective-C': language('#438eff', 'm', 'mm'),
  Zig: language('#ec915c', 'zig', 'zon'),
  Nim: language('#d4b106', 'nim', 'nims', 'nimble'),
  Solidity: language('#aa6746', 'sol'),
  'Visual Basic': language('#945db7', 'vb'),
  PowerShell: language('#3b7fc4', 'ps1', 'psm1', 'psd1'),
  Vue: language('#41b883', 'vue'),
  Svelte: language('#ff3e00', 'svelte'),
  SCSS: language('#c6538c', 'scss', 'sass'),
  Less: language('#4a6fb5', 'less'),
  GraphQL: language('#e10098', 'graphql', 'gql'),
  'Protocol Buffers': language('#5a8f7b', 'proto'),
  Terraform: language('#844fba', 'tf', 'tfvars', 'hcl'),
  TOML: language('#b5632f', 'toml'),
  XML: language('#0f8fc9', 'xml', 'xsd', 'xsl', 'svg'),
  Dockerfile: language('#3d8fb5', 'dockerfile', 'containerfile'),
  Makefile: language('#5a9e3f', 'mk', 'mak'),
  CMake: language('#da3434', 'cmake'),
  Batch: language('#8fb53a', 'bat', 'cmd'),
  INI: language('#a8916b', 'ini', 'cfg', 'properties'),
  MATLAB: language('#e16737', 'm', 'matlab'),
  Prolog: language('#74a0c2', 'pl', 'prolog'),
};

export const LANGUAGE_NAMES = (Object.keys(LANGUAGES) as Language[]).sort((a, b) => a.localeCompare(b, 'en'));

/** Languages with a special file name. */
const SPECIAL_NAMES = new Map<string, { language: Language; name: string }>([
  ['dockerfile', { language: 'Dockerfile', name: 'Dockerfile' }],
  ['makefile', { language: 'Makefile', name: 'Makefile' }],
  ['cmakelists.txt', { language: 'CMake', name: 'CMakeLists.txt' }],
]);

/** Extensions of several languages. The server decides by the text. */
const AMBIGUOUS_EXTENSIONS = new Set(['h', 'm', 'pl', 'ts']);

/** The default name of a new file. */
export function defaultFileName(stem: string, language: Language | null): string {
  const special = [...SPECIAL_NAMES.values()].find((special) => special.language === language);
  if (special !== undefined) return special.name;
  return `${stem}.${LANGUAGES[language ?? 'Plain Text'].extensions[0]}`;
}

/**
 * Guesses the language from a file name before the server detects it.
 *
 * The server knows more names and also reads the text, so `undefined` leaves the decision to the server.
 */
export function languageFromName(filename: string): Language | undefined {
  const name = (filename.trim().split(/[/\\]/).at(-1) ?? '').toLowerCase();
  const special = SPECIAL_NAMES.get(name);
  if (special !== undefined) return special.language;
  const extension = name.includes('.') ? (name.split('.').at(-1) ?? '') : '';
  if (extension === '' || AMBIGUOUS_EXTENSIONS.has(extension)) return undefined;
  return LANGUAGE_NAMES.find((language) => LANGUAGES[language].extensions.includes(extension));
}
