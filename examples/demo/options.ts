import { parseArgs } from 'node:util';
import { type StoreName, stores } from './stores.js';

export interface DemoOptions {
  readonly help: boolean;
  /** Processes that meet at a server; without it, everything is embedded. */
  readonly store?: StoreName;
  /** Servers that run already, as `host:port`. */
  readonly hosts?: readonly string[];
}

const names = Object.keys(stores) as StoreName[];

export const usage = `
npm run demo                              three candidates in this process, no server
${names.map((name) => `npm run demo -- --${name}`.padEnd(42) + `three processes and a real ${stores[name].name}, which it starts itself`).join('\n')}
npm run demo -- --etcd --hosts h:p,h:p    the same on servers of yours; it writes below rx-tenure-demo/

The leader crashes, the next one steps down, the third is cut off from the network, the fourth is stopped.
Ends by itself within 30 s; Ctrl-C ends it earlier. NO_COLOR=1 for plain text.
`;

/** @throws Error that says what to write instead. */
export function demoOptions(args: readonly string[]): DemoOptions {
  const flags = Object.fromEntries(names.map((name) => [name, { type: 'boolean' }] as const));
  const { values } = parseArgs({
    args: [...args],
    options: { ...flags, hosts: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const chosen = names.filter((name) => values[name as keyof typeof values]);
  const hosts = values.hosts?.split(',').map((host) => host.trim());
  if (chosen.length > 1) throw new Error(`Choose one of ${chosen.map((name) => `--${name}`).join(' and ')}.`);
  if (hosts && chosen.length === 0)
    throw new Error(`--hosts belongs to a store: add ${names.map((name) => `--${name}`).join(' or ')}.`);
  const stray = hosts?.find((host) => !/^[\w.-]+:\d+$/.test(host));
  if (stray !== undefined) throw new Error(`--hosts takes host:port,host:port, but one is "${stray}".`);
  if (chosen[0] === 'consul' && hosts && hosts.length > 1) throw new Error('--consul takes one agent: the one of this machine.');
  return { help: Boolean(values.help), ...(chosen[0] && { store: chosen[0] }), ...(hosts && { hosts }) };
}
