"""Languages as GitHub names them, to read them without quotes and to notice slips.

https://github.com/github-linguist/linguist/blob/main/lib/linguist/languages.yml (those in use most)
"""

from __future__ import annotations

LANGUAGES = {
    name.casefold(): name
    for name in (
        *("ASL", "Assembly", "Astro", "Batchfile", "Blade", "C", "C#", "C++", "Clojure", "CMake"),
        *("Common Lisp", "Crystal", "CSS", "Cuda", "Cython", "Dart", "Dockerfile", "Elixir", "Elm"),
        *("Emacs Lisp", "Erlang", "F#", "Fortran", "GDScript", "Gleam", "GLSL", "Go", "Groovy"),
        *("Handlebars", "Haskell", "HCL", "HLSL", "HTML", "Java", "JavaScript", "Jinja", "Julia"),
        *("Jupyter Notebook", "Just", "Kotlin", "Lean", "Less", "LLVM", "Lua", "Makefile"),
        *("Markdown", "MATLAB", "MDX", "Metal", "MLIR", "Mojo", "Mustache", "Nim", "Nix"),
        *("Nunjucks", "Objective-C", "Objective-C++", "OCaml", "OpenQASM", "Pascal", "Perl", "PHP"),
        *("PLpgSQL", "PowerShell", "Processing", "Prolog", "Pug", "PureScript", "Python", "QML"),
        *("R", "Racket", "ReScript", "Rich Text Format", "Roff", "Ruby", "Rust", "Sass", "Scala"),
        *("Scheme", "SCSS", "Shell", "Smarty", "Solidity", "SQL", "Starlark", "Svelte", "Swift"),
        *("SystemVerilog", "Tcl", "TeX", "TSQL", "Twig", "TypeScript", "Typst", "V", "Vala"),
        *("Verilog", "VHDL", "Vim Script", "Visual Basic .NET", "Vue", "WebAssembly", "WGSL"),
        *("YAML", "Zig"),
    )
}
"""Their names by the casefolded form."""

ALIASES = {
    "bash": "shell",
    "cpp": "c++",
    "csharp": "c#",
    "docker": "dockerfile",
    "elisp": "emacs lisp",
    "fsharp": "f#",
    "golang": "go",
    "js": "javascript",
    "jupyter": "jupyter notebook",
    "latex": "tex",
    "notebook": "jupyter notebook",
    "notebooks": "jupyter notebook",
    "objc": "objective-c",
    "powershell script": "powershell",
    "py": "python",
    "sh": "shell",
    "terraform": "hcl",
    "ts": "typescript",
    "viml": "vim script",
    "wasm": "webassembly",
}
"""What people call them, casefolded."""


def language(name: str) -> str:
    """Return how a language is written; one we do not know stands as it is kept."""
    return LANGUAGES.get(name, name)
