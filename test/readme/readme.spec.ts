import type { Type } from '@angular/core';
import 'reflect-metadata';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NEVER, defer, finalize } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { root } from '../../scripts/config/entries.js';
import { memoryBackend } from '../../src/backends/memory/index.js';
import { type Election, election } from '../../src/index.js';
import { type Block, docstringBlocks, guideBlocks } from './blocks.js';
import { run } from './run.js';
import { typeErrors } from './typeErrors.js';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blockWith = (text: string): Block => guideBlocks().find(({ file, code }) => file === 'README.md' && code.includes(text))!;
const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

afterEach(() => void vi.unstubAllGlobals().restoreAllMocks());

describe('examples', () => {
  it('compile, in the README, the guides and the docstrings', { timeout: 60_000 }, () => {
    const blocks = [...guideBlocks(), ...docstringBlocks()];
    expect(blocks.length).toBeGreaterThan(6);
    expect(typeErrors(blocks)).toEqual([]);
  });

  it('would not compile with a slip of the pen', { timeout: 60_000 }, () => {
    const code = "import { election } from 'rx-tenure';\n\nelection(backend, { kye: 'billing' });";
    expect(typeErrors([{ file: 'docs/some.md', line: 10, code }])).toEqual([expect.stringMatching(/^docs\/some\.md:12: .*kye/)]);
  });
});

describe('the first example', () => {
  it('is at most eight lines', () => {
    const [first] = guideBlocks();
    expect(first?.file).toBe('README.md');
    expect(first?.code.split('\n').length).toBeLessThanOrEqual(8);
  });

  it('runs without a server: the work runs with a token, and the leader is named', async () => {
    const [began, ended, logged]: [bigint[], bigint[], string[]] = [[], [], []];
    const charges = (token: bigint) => defer(() => (began.push(token), NEVER)).pipe(finalize(() => ended.push(token)));
    vi.stubGlobal('charges', charges);
    vi.spyOn(console, 'log').mockImplementation((...words) => void logged.push(words.join(' ')));

    const { billing } = await run<{ billing: Election }>(guideBlocks()[0]!, ['billing']);
    await turn();
    expect([began.length, ended.length, logged.at(-1)]).toEqual([1, 0, 'billing runs on host-1:8080']);
    await billing.stop();
    await turn();
    expect([ended, logged.at(-1)]).toEqual([began, 'billing runs on nobody']);
  });
});

describe('locks', () => {
  it('run the work under the lock, and complete after the release', async () => {
    const [one, written, logged] = [memoryBackend(), [] as bigint[], [] as string[]];
    vi.stubGlobal('backend', one);
    vi.stubGlobal('writeReport', async (token: bigint) => void written.push(token));
    vi.spyOn(console, 'log').mockImplementation((...words) => void logged.push(words.join(' ')));
    await run(blockWith('locker('));
    await turn();
    expect([written.length, logged]).toEqual([1, ['written, and released']]);
    expect(one.store.keys).toEqual([]);
    await one.close();
  });
});

describe('the Nest provider', () => {
  type InvoiceRun = { readonly invoices: Election };

  /** An application of the reader's: the provider, the scheduler and a backend. */
  async function application(backend: ReturnType<typeof memoryBackend>) {
    const [{ Module }, { NestFactory }, { ScheduleModule, SchedulerRegistry }, { InvoiceRun }] = await Promise.all([
      import('@nestjs/common'),
      import('@nestjs/core'),
      import('@nestjs/schedule'),
      run<{ InvoiceRun: new () => InvoiceRun }>(blockWith('InvoiceRun')),
    ]);
    class App {}
    Module({ imports: [ScheduleModule.forRoot()], providers: [{ provide: 'BACKEND', useValue: backend }, InvoiceRun] })(App);
    const app = await NestFactory.createApplicationContext(App, { logger: ['error'] });
    return { app, invoices: app.get<InvoiceRun>(InvoiceRun).invoices, cron: app.get(SchedulerRegistry).getCronJob('invoices') };
  }

  it('runs its cron on one instance only, and hands over when that one is closed', { timeout: 20_000 }, async () => {
    const sent = vi.fn(async () => undefined);
    vi.stubGlobal('sendInvoices', sent);
    const backend = memoryBackend();
    const one = await application(backend);
    await turn();
    const other = await application(memoryBackend({ store: backend.store }));
    await turn();
    expect([one.invoices.isSelected(), one.cron.isActive, other.invoices.isSelected(), other.cron.isActive]).toEqual([
      true,
      true,
      false,
      false,
    ]);

    await one.cron.fireOnTick();
    expect(sent).toHaveBeenCalledTimes(1);

    await one.app.close();
    expect(one.cron.isActive).toBe(false);
    await turn();
    expect([other.invoices.isSelected(), other.cron.isActive]).toEqual([true, true]);
    await other.app.close();
    expect(backend.store.keys).toEqual([]);
  });
});

describe('the Angular service', () => {
  it('shows the leader, elects nobody, and stops watching when its injector is destroyed', { timeout: 20_000 }, async () => {
    await import('@angular/compiler'); // compiles the decorators just in time
    const { Injector, createEnvironmentInjector } = await import('@angular/core');
    type Leader = () => { value: string } | null;
    const { BACKEND, BillingLeader } = await run<{ BACKEND: never; BillingLeader: Type<{ leader: Leader }> }>(
      blockWith('BillingLeader'),
    );

    const backend = memoryBackend();
    const parent = Injector.NULL as never;
    const injector = createEnvironmentInjector([{ provide: BACKEND, useValue: backend }, BillingLeader], parent);
    const { leader } = injector.get(BillingLeader);
    expect(leader()).toBe(null);
    await turn();
    expect([leader(), backend.store.keys]).toEqual([null, []]);

    const elsewhere = election(memoryBackend({ store: backend.store }), { key: 'billing', value: 'host-2' });
    elsewhere.start();
    await turn();
    expect(leader()?.value).toBe('host-2');

    injector.destroy();
    await elsewhere.stop();
    await turn();
    expect(leader()?.value).toBe('host-2'); // as it was: nobody looks any more
  });
});

describe('the tables', () => {
  /** What stands in backticks in a table's first column. */
  const rows = (heading: string) => {
    const [, section = ''] = readme.split(`\n## ${heading}\n`);
    return [...section.split('\n## ')[0]!.matchAll(/^\| `([\w$]+)` +\|(?! default)/gm)].map(([, name]) => name!).sort();
  };

  it('name every option of an election', () => {
    const refused = vi.fn(() => election(memoryBackend(), { key: 'k', stray: 1 } as never));
    expect(refused).toThrow();
    const [, names = ''] = /it has (.*)\.$/.exec(String(refused.mock.results[0]?.value)) ?? [];
    expect(rows('Options')).toEqual(names.split(', ').sort());
  });

  it('name every code of an error', () => {
    const source = readFileSync(join(root, 'src/core/errors.ts'), 'utf8');
    const codes = [...source.matchAll(/readonly code = '(\w+)'/g)].map(([, code]) => code);
    expect(rows('How it fails')).toEqual(codes.sort());
  });
});

it('links to pages and pictures that are there', () => {
  const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link!).filter((link) => !link.includes(':'));
  expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
});
