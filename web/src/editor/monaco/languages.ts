/** What Monaco calls the API's languages. Those that it lacks are shown as plain text, or as a language that reads alike. */
import type { Language } from '../../api/types';

export const PLAIN = 'plaintext';

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
  'Plain Text': PLAIN,
  Scala: 'scala',
  Dart: 'dart',
  R: 'r',
  Lua: 'lua',
  Perl: 'perl',
  Haskell: PLAIN,
  Elixir: 'elixir',
  Erlang: PLAIN,
  Clojure: 'clojure',
  'F#': 'fsharp',
  OCaml: PLAIN,
  Julia: 'julia',
  // Its syntax is a superset of Java's.
  Groovy: 'java',
  'Objective-C': 'objective-c',
  Zig: PLAIN,
  Nim: PLAIN,
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
  // Sections, keys and values.
  TOML: 'ini',
  XML: 'xml',
  Dockerfile: 'dockerfile',
  Makefile: PLAIN,
  CMake: PLAIN,
  Batch: 'bat',
  INI: 'ini',
  MATLAB: PLAIN,
  Prolog: PLAIN,
};

/** The Monaco id of a language. One that a newer server names is plain text. */
export function monacoLanguage(language: Language): string {
  return MONACO[language] ?? PLAIN;
}
