/** Maps the API's languages to Monaco's. Unsupported ones use plain text or a similar language. */
import type { Language } from '../../api/types';

export const PLAIN_TEXT = 'plaintext';

const MONACO: Record<Language, string> = {
  JavaScript: 'javascript',
  TypeScript: 'typescript',
  Python: 'python',
  Java: 'java',
  Go: 'go',
  Rust: 'rust',
  'C++': 'cpp',
  C: 'c',
  'C#': 'csharp',
  PHP: 'php',
  Ruby: 'ruby',
  Kotlin: 'kotlin',
  Swift: 'swift',
  HTML: 'html',
  CSS: 'css',
  SQL: 'sql',
  JSON: 'json',
  YAML: 'yaml',
  Markdown: 'markdown',
  Shell: 'shell',
  'Plain Text': PLAIN_TEXT,
  Scala: 'scala',
  Dart: 'dart',
  R: 'r',
  Lua: 'lua',
  Perl: 'perl',
  Haskell: PLAIN_TEXT,
  Elixir: 'elixir',
  Erlang: PLAIN_TEXT,
  Clojure: 'clojure',
  'F#': 'fsharp',
  OCaml: PLAIN_TEXT,
  Julia: 'julia',
  // Its syntax is a superset of Java's.
  Groovy: 'java',
  'Objective-C': 'objective-c',
  Zig: PLAIN_TEXT,
  Nim: PLAIN_TEXT,
  Solidity: 'sol',
  'Visual Basic': 'vb',
  PowerShell: 'powershell',
  // Components are HTML with scripts and styles.
  Vue: 'html',
  Svelte: 'html',
  SCSS: 'scss',
  Less: 'less',
  GraphQL: 'graphql',
  'Protocol Buffers': 'proto',
  Terraform: 'hcl',
  // Sections, keys and values, like INI.
  TOML: 'ini',
  XML: 'xml',
  Dockerfile: 'dockerfile',
  Makefile: PLAIN_TEXT,
  CMake: PLAIN_TEXT,
  Batch: 'bat',
  INI: 'ini',
  MATLAB: PLAIN_TEXT,
  Prolog: PLAIN_TEXT,
};

/** Returns the Monaco id; plain text for languages that only a newer server knows. */
export function toMonacoLanguage(language: Language): string {
  return MONACO[language] ?? PLAIN_TEXT;
}
