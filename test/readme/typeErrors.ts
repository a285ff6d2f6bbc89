import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../../scripts/config/entries.js';
import { type Block, fromSource } from './blocks.js';

/** What the compiler says of the blocks, each a module of its own, with the project's own settings: `file:line: message`. */
export function typeErrors(blocks: readonly Block[]): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const modules = new Map(blocks.map((block, index) => [join(root, `test/readme/block-${index}.ts`), block]));
  const host = ts.createCompilerHost({ ...options, noUnusedLocals: false, allowImportingTsExtensions: true });
  const [exists, read] = [host.fileExists.bind(host), host.readFile.bind(host)];
  host.fileExists = (path) => modules.has(path) || exists(path);
  host.readFile = (path) => (modules.has(path) ? moduleOf(modules.get(path)!) : read(path));
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (path, target, ...rest) => {
    const block = modules.get(path);
    return block ? ts.createSourceFile(path, moduleOf(block), target) : getSourceFile(path, target, ...rest);
  };

  const program = ts.createProgram(
    [...modules.keys(), join(root, 'test/readme/readers.d.ts')],
    { ...options, noUnusedLocals: false, allowImportingTsExtensions: true },
    host,
  );
  return [...modules].flatMap(([path, block]) => {
    const source = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((diagnostic) => {
      const { line } = ts.getLineAndCharacterOfPosition(source!, diagnostic.start ?? 0);
      return `${block.file}:${block.line + line}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`;
    });
  });
}

/** An example that imports nothing may use everything: what a reader needs to see is the rest. */
const EVERYTHING = [
  `import { acquire, during, election, lapse, linger, locker, openLease, reacquire, readWriteLock, refreshLease, semaphore, shareLatest, switchWhileSelected, untilLost, whileSelected } from 'rx-tenure';`,
  `import { MemoryStore, memoryBackend, memoryFaults } from 'rx-tenure/memory';`,
  `import { etcdBackend } from 'rx-tenure/etcd';`,
].join(' ');

const moduleOf = (block: Block): string =>
  fromSource({ code: /^import /m.test(block.code) ? block.code : `${EVERYTHING} ${block.code}` });
