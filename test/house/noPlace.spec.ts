import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { root } from '../../scripts/config/entries.js';
import { debianMirror } from '../../scripts/servers/debianMirror.js';

/** Put together here, so that this file is not what it finds. */
const workplace = [
  '(^|[^[:alnum:]])/' + 'work/(main|shared)',
  '\\.\\./' + 'shared/',
  '\\.' + 'library/',
  'issues' + ' (show|said|note|resolved|blocked)',
];

/** Where this machine happens to get its packages. */
function hosts(): string[] {
  const registry = execFileSync('npm', ['config', 'get', 'registry'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const addresses = [registry.trim(), mirror()].filter((address) => URL.canParse(address));
  const names = addresses.map((address) => new URL(address).hostname).filter((name) => /[a-z].*\./.test(name)); // not the loopback's
  return names.map((name) => name.replaceAll('.', '\\.'));
}

function mirror(): string {
  try {
    return debianMirror();
  } catch {
    return ''; // no Debian, no mirror to name
  }
}

function found(pattern: string): string {
  try {
    return execFileSync('git', ['grep', '-nIE', '-e', pattern], { cwd: root, encoding: 'utf8' });
  } catch (error) {
    if ((error as { status?: number }).status === 1) return ''; // nothing found
    throw error;
  }
}

it.each(workplace)('names no place where it was written: %s', (pattern) => expect(found(pattern)).toBe(''));
it('names no host of a registry', () => expect(hosts().map(found).join('')).toBe(''));
it('locks no package to the registry it came from', () => expect(found('"resolved": "' + 'http')).toBe(''));
