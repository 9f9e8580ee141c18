//! The list of languages. To add one, add a line; everything that knows languages reads this list.

pub(super) struct Entry {
    pub(super) name: &'static str,
    /// In lower case, without the dot.
    pub(super) extensions: &'static [&'static str],
    /// Whole file names, in lower case.
    pub(super) files: &'static [&'static str],
    /// Programs of a shebang line, without their version.
    pub(super) interpreters: &'static [&'static str],
}

const fn by_extension(name: &'static str, extensions: &'static [&'static str]) -> Entry {
    Entry { name, extensions, files: &[], interpreters: &[] }
}

const fn script(
    name: &'static str,
    extensions: &'static [&'static str],
    interpreters: &'static [&'static str],
) -> Entry {
    Entry { name, extensions, files: &[], interpreters }
}

const fn by_file(name: &'static str, extensions: &'static [&'static str], files: &'static [&'static str]) -> Entry {
    Entry { name, extensions, files, interpreters: &[] }
}

pub(super) const PLAIN_TEXT: usize = 20;

pub(super) static LANGUAGES: [Entry; 52] = [
    script("JavaScript", &["js", "mjs", "cjs", "jsx"], &["node", "nodejs"]),
    script("TypeScript", &["ts", "mts", "cts", "tsx"], &["deno", "ts-node", "tsx", "bun"]),
    script("Python", &["py", "pyi", "pyw"], &["python", "pypy"]),
    by_extension("Java", &["java"]),
    by_extension("Go", &["go"]),
    script("Rust", &["rs"], &["rust-script"]),
    by_extension("C++", &["cpp", "cc", "cxx", "hpp", "hh", "hxx", "ipp"]),
    by_extension("C", &["c", "h"]),
    by_extension("C#", &["cs", "csx"]),
    script("PHP", &["php", "phtml"], &["php"]),
    Entry {
        name: "Ruby",
        extensions: &["rb", "rake", "gemspec"],
        files: &["gemfile", "rakefile"],
        interpreters: &["ruby"],
    },
    by_extension("Kotlin", &["kt", "kts"]),
    script("Swift", &["swift"], &["swift"]),
    by_extension("HTML", &["html", "htm", "xhtml"]),
    by_extension("CSS", &["css"]),
    by_extension("SQL", &["sql"]),
    by_file("JSON", &["json", "jsonc", "json5", "jsonl"], &[".prettierrc", ".eslintrc"]),
    by_extension("YAML", &["yaml", "yml"]),
    by_extension("Markdown", &["md", "markdown", "mdx"]),
    Entry {
        name: "Shell",
        extensions: &["sh", "bash", "zsh", "ksh", "fish"],
        files: &[".bashrc", ".zshrc", ".profile", ".bash_profile"],
        interpreters: &["sh", "bash", "zsh", "ksh", "dash", "ash", "fish"],
    },
    by_extension("Plain Text", &["txt", "text", "log"]),
    script("Scala", &["scala", "sc"], &["scala"]),
    script("Dart", &["dart"], &["dart"]),
    script("R", &["r"], &["rscript"]),
    script("Lua", &["lua"], &["lua", "luajit"]),
    script("Perl", &["pl", "pm"], &["perl"]),
    script("Haskell", &["hs", "lhs"], &["runhaskell", "runghc"]),
    script("Elixir", &["ex", "exs"], &["elixir"]),
    script("Erlang", &["erl", "hrl"], &["escript"]),
    by_extension("Clojure", &["clj", "cljs", "cljc", "edn"]),
    by_extension("F#", &["fs", "fsi", "fsx"]),
    by_extension("OCaml", &["ml", "mli"]),
    script("Julia", &["jl"], &["julia"]),
    Entry { name: "Groovy", extensions: &["groovy", "gradle"], files: &["jenkinsfile"], interpreters: &["groovy"] },
    by_extension("Objective-C", &["m", "mm"]),
    by_extension("Zig", &["zig", "zon"]),
    by_extension("Nim", &["nim", "nims"]),
    by_extension("Solidity", &["sol"]),
    by_extension("Visual Basic", &["vb"]),
    script("PowerShell", &["ps1", "psm1", "psd1"], &["pwsh"]),
    by_extension("Vue", &["vue"]),
    by_extension("Svelte", &["svelte"]),
    by_extension("SCSS", &["scss", "sass"]),
    by_extension("Less", &["less"]),
    by_extension("GraphQL", &["graphql", "gql"]),
    by_extension("Protocol Buffers", &["proto"]),
    by_extension("Terraform", &["tf", "tfvars", "hcl"]),
    by_file("TOML", &["toml"], &["cargo.lock", "poetry.lock", "pipfile"]),
    by_extension("XML", &["xml", "xsd", "xsl", "svg", "plist", "csproj"]),
    by_file("Dockerfile", &["dockerfile"], &["dockerfile", "containerfile"]),
    by_file("Makefile", &["mk", "mak"], &["makefile", "gnumakefile"]),
    by_file("CMake", &["cmake"], &["cmakelists.txt"]),
];
