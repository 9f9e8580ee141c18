/** The languages of the API: the colour and the file extensions of each. */
import type { Language } from '../api/types';

export interface LanguageLook {
  /** Of its mark, which stands beside its name. Seen on both themes. */
  colour: string;
  /** Without a dot, the one for new files first. Empty where files are named without one. */
  extensions: readonly string[];
}

function look(colour: string, ...extensions: string[]): LanguageLook {
  return { colour, extensions };
}

/** A language that the API adds breaks the build here until it has its look. */
export const LANGUAGES: Record<Language, LanguageLook> = {
  JavaScript: look('#d9b80d', 'js', 'mjs', 'cjs', 'jsx'),
  TypeScript: look('#3178c6', 'ts', 'tsx', 'mts', 'cts'),
  Python: look('#4b8bbe', 'py', 'pyi', 'pyw'),
  Java: look('#b07219', 'java'),
  Go: look('#00a5c8', 'go'),
  Rust: look('#d08b62', 'rs'),
  'C++': look('#f34b7d', 'cpp', 'cc', 'cxx', 'hpp', 'hh', 'hxx'),
  C: look('#888892', 'c', 'h'),
  'C#': look('#2d9a3c', 'cs', 'csx'),
  PHP: look('#777bb4', 'php', 'phtml'),
  Ruby: look('#c2362f', 'rb', 'rake', 'gemspec'),
  Kotlin: look('#a97bff', 'kt', 'kts'),
  Swift: look('#f05138', 'swift'),
  HTML: look('#e34c26', 'html', 'htm', 'xhtml'),
  CSS: look('#8a5cc4', 'css'),
  SQL: look('#d97706', 'sql', 'ddl'),
  JSON: look('#8a8a94', 'json', 'jsonc', 'json5', 'jsonl', 'ipynb'),
  YAML: look('#d04a52', 'yaml', 'yml'),
  Markdown: look('#4a90c2', 'md', 'markdown', 'mdx'),
  Shell: look('#6cbf3a', 'sh', 'bash', 'zsh'),
  'Plain Text': look('#8f8f99', 'txt', 'text', 'log'),
  Scala: look('#d8384f', 'scala', 'sc', 'sbt'),
  Dart: look('#00a597', 'dart'),
  R: look('#198ce7', 'r'),
  Lua: look('#5c6bd6', 'lua'),
  Perl: look('#0298c3', 'pl', 'pm'),
  Haskell: look('#8d7cb0', 'hs', 'lhs'),
  Elixir: look('#9a6fb0', 'ex', 'exs'),
  Erlang: look('#b83998', 'erl', 'hrl'),
  Clojure: look('#d8584f', 'clj', 'cljs', 'cljc', 'edn'),
  'F#': look('#a845b8', 'fs', 'fsi', 'fsx'),
  OCaml: look('#ef7a08', 'ml', 'mli'),
  Julia: look('#a270ba', 'jl'),
  Groovy: look('#4298b8', 'groovy', 'gradle'),
  'Objective-C': look('#438eff', 'm', 'mm'),
  Zig: look('#ec915c', 'zig', 'zon'),
  Nim: look('#d4b106', 'nim', 'nims', 'nimble'),
  Solidity: look('#aa6746', 'sol'),
  'Visual Basic': look('#945db7', 'vb'),
  PowerShell: look('#3b7fc4', 'ps1', 'psm1', 'psd1'),
  Vue: look('#41b883', 'vue'),
  Svelte: look('#ff3e00', 'svelte'),
  SCSS: look('#c6538c', 'scss', 'sass'),
  Less: look('#4a6fb5', 'less'),
  GraphQL: look('#e10098', 'graphql', 'gql'),
  'Protocol Buffers': look('#5a8f7b', 'proto'),
  Terraform: look('#844fba', 'tf', 'tfvars', 'hcl'),
  TOML: look('#b5632f', 'toml'),
  XML: look('#0f8fc9', 'xml', 'xsd', 'xsl', 'svg'),
  Dockerfile: look('#3d8fb5', 'dockerfile', 'containerfile'),
  Makefile: look('#5a9e3f', 'mk', 'mak'),
  CMake: look('#da3434', 'cmake'),
  Batch: look('#8fb53a', 'bat', 'cmd'),
  INI: look('#a8916b', 'ini', 'cfg', 'properties'),
  MATLAB: look('#e16737', 'm', 'matlab'),
  Prolog: look('#74a0c2', 'pl', 'prolog'),
};

/** All of them, by name. */
export const LANGUAGE_NAMES = (Object.keys(LANGUAGES) as Language[]).sort((a, b) => a.localeCompare(b, 'en'));

/** Files that are known by their whole name. */
const NAMES = new Map<string, { language: Language; name: string }>([
  ['dockerfile', { language: 'Dockerfile', name: 'Dockerfile' }],
  ['makefile', { language: 'Makefile', name: 'Makefile' }],
  ['cmakelists.txt', { language: 'CMake', name: 'CMakeLists.txt' }],
]);

/** Several languages share them, and the server tells them apart by the text. */
const SHARED = new Set(['h', 'm', 'pl', 'ts']);

/** The name for a new file in a language. */
export function nameFor(stem: string, language: Language | null): string {
  const whole = [...NAMES.values()].find((known) => known.language === language);
  if (whole !== undefined) return whole.name;
  return `${stem}.${LANGUAGES[language ?? 'Plain Text'].extensions[0]}`;
}

/**
 * The language that a file's name tells at once, before the server has seen it.
 *
 * The server knows more names and reads the text too, so `undefined` means that it will decide.
 */
export function languageOfName(filename: string): Language | undefined {
  const name = (filename.trim().split(/[/\\]/).at(-1) ?? '').toLowerCase();
  const whole = NAMES.get(name);
  if (whole !== undefined) return whole.language;
  const extension = name.includes('.') ? (name.split('.').at(-1) ?? '') : '';
  if (extension === '' || SHARED.has(extension)) return undefined;
  return LANGUAGE_NAMES.find((language) => LANGUAGES[language].extensions.includes(extension));
}
