import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../config/entries.js';

/** Type-checks src as it would be with a few files changed, and remembers what has not. */
export class Compiler {
  readonly #changed = new Map<string, { text: string; version: number }>();
  readonly #service: ts.LanguageService;
  readonly #files: readonly string[];
  #version = 1;

  constructor() {
    const read = (name: string) => ts.sys.readFile(name);
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), read) as { config: object };
    const { options, fileNames } = ts.parseJsonConfigFileContent({ ...config, include: ['src'] }, ts.sys, root);
    this.#files = fileNames;
    this.#service = ts.createLanguageService({
      getCompilationSettings: () => options,
      getScriptFileNames: () => [...fileNames],
      getScriptVersion: (name) => String(this.#changed.get(name)?.version ?? 0),
      getScriptSnapshot: (name) => {
        const text = this.#changed.get(name)?.text ?? read(name);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => root,
      getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
      fileExists: (name) => ts.sys.fileExists(name),
      readFile: read,
      readDirectory: (...about) => ts.sys.readDirectory(...about),
      directoryExists: (name) => ts.sys.directoryExists(name),
      getDirectories: (name) => ts.sys.getDirectories(name),
    });
  }

  /** @returns The first thing that is wrong, or undefined. */
  objection(changes: ReadonlyMap<string, string>): string | undefined {
    for (const [file, text] of changes) this.#changed.set(join(root, file), { text, version: this.#version++ });
    try {
      for (const file of this.#files) {
        const [found] = [...this.#service.getSyntacticDiagnostics(file), ...this.#service.getSemanticDiagnostics(file)];
        if (found) return `${file.slice(root.length)}: ${ts.flattenDiagnosticMessageText(found.messageText, ' ')}`;
      }
      return undefined;
    } finally {
      for (const file of changes.keys()) {
        const name = join(root, file);
        this.#changed.set(name, { text: readFileSync(name, 'utf8'), version: this.#version++ });
      }
    }
  }
}
