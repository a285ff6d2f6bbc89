import { once } from 'node:events';
import { type Server, type Socket, connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultProxy, startProxy } from './faultProxy.js';
import { until } from './until.js';

/** Answers each chunk with itself, and notes what it hears. */
let echo: Server;
let heard: string[];
let proxy: FaultProxy;
const open: Socket[] = [];

beforeEach(async () => {
  const notes: string[] = (heard = []); // not the next spec's, should an end come late
  echo = createServer((socket) => {
    socket.on('data', (chunk) => (notes.push(chunk.toString()), socket.write(chunk)));
    socket.on('error', () => notes.push('RST'));
    socket.on('end', () => notes.push('FIN'));
  });
  await once(echo.listen(0, '127.0.0.1'), 'listening');
  const { port } = echo.address() as { port: number };
  proxy = await startProxy({ target: `127.0.0.1:${port}` });
});
afterEach(async () => {
  open.splice(0).forEach((socket) => socket.destroy());
  await proxy.close();
  echo.close();
});

/** A client of the proxy, and all that it has got. */
async function client() {
  const socket = connect({ port: proxy.port, host: '127.0.0.1' });
  open.push(socket);
  const got: string[] = [];
  socket.on('data', (chunk) => got.push(chunk.toString()));
  socket.on('error', (error: NodeJS.ErrnoException) => got.push(error.code ?? ''));
  socket.on('end', () => got.push('FIN'));
  await once(socket, 'connect');
  return {
    socket,
    got,
    says: (text: string) => socket.write(text),
    got$: (text: string) => until(text, () => got.join('').includes(text), 2_000),
  };
}
/** Long enough for a byte that is not kept back. */
const meanwhile = () => pause(50);

describe('a fault proxy', () => {
  it('passes everything on, ends included', async () => {
    const { socket, says, got$, got } = await client();
    says('one');
    await got$('one');
    socket.end();
    await until('FIN', () => got.includes('FIN'));
    expect(heard).toEqual(['one', 'FIN']);
    await until('closed', () => proxy.connections() === 0);
  });

  it('freezes both ways in silence, and delivers all of it afterwards', async () => {
    const { says, got$, got } = await client();
    says('one');
    await got$('one');
    proxy.freeze();
    says('two');
    await meanwhile();
    expect([heard, got]).toEqual([['one'], ['one']]);
    proxy.pass();
    await got$('two');
  });

  it('freezes one way: requests arrive, answers do not', async () => {
    const { says, got$, got } = await client();
    proxy.freeze('down');
    says('one');
    await until('heard', () => heard.includes('one'));
    await meanwhile();
    expect(got).toEqual([]);
    proxy.pass();
    await got$('one');
  });

  it('tells a frozen target nothing of a client that has gone', async () => {
    const { socket } = await client();
    await until('connected', () => proxy.connections() === 1);
    proxy.freeze();
    socket.resetAndDestroy();
    await meanwhile();
    expect(heard).toEqual([]);
    proxy.pass();
    await until('RST', () => heard.includes('RST'));
  });

  it('delays each way, in order', async () => {
    const { says, got$, got } = await client();
    proxy.delay(60, 20);
    const start = performance.now();
    says('one');
    await pause(5);
    says('two');
    await got$('two');
    expect(performance.now() - start).toBeGreaterThan(120);
    expect(got.join('')).toBe('onetwo');
  });

  it('resets every connection', async () => {
    const [one, two] = [await client(), await client()];
    one.says('one');
    two.says('two');
    await Promise.all([one.got$('one'), two.got$('two')]);
    proxy.reset();
    await Promise.all([one.got$('ECONNRESET'), two.got$('ECONNRESET')]);
    await until('the target heard', () => heard.filter((each) => each === 'RST').length === 2);
  });

  it('refuses new connections, and accepts them again', async () => {
    const old = await client();
    proxy.refuse();
    await expect(client()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    old.says('still here');
    await old.got$('still here');
    await proxy.accept();
    const { says, got$ } = await client();
    says('new');
    await got$('new');
  });

  it('resets a client whose target is down', async () => {
    echo.close();
    const { got$ } = await client();
    await got$('ECONNRESET');
  });

  it('holds the first request that matches, and what follows it on that connection only', async () => {
    const [one, two] = [await client(), await client()];
    const hold = proxy.hold((chunk) => chunk.includes('held'));
    one.says('held');
    await hold.caught;
    one.says('behind');
    two.says('held, but second');
    await two.got$('held, but second');
    await meanwhile();
    expect(heard).toEqual(['held, but second']);
    hold.letGo();
    await one.got$('behind');
    expect(one.got.join('')).toBe('heldbehind');
  });

  it('delivers what it held after its client has gone', async () => {
    const { socket, says } = await client();
    const hold = proxy.hold((chunk) => chunk.includes('held'));
    says('held');
    await hold.caught;
    socket.resetAndDestroy();
    await meanwhile();
    expect(heard).toEqual([]);
    hold.letGo({ restAfter: 30 });
    await until('held', () => heard.includes('held'));
    expect(heard).toEqual(['held']);
    await until('RST', () => heard.includes('RST'));
  });

  it('holds an answer', async () => {
    const { says, got$, got } = await client();
    const hold = proxy.hold((chunk) => chunk.includes('held'), { direction: 'down' });
    says('held');
    await hold.caught;
    expect([heard, got]).toEqual([['held'], []]);
    proxy.letGo();
    await got$('held');
  });

  it('cuts after a request, before its answer', async () => {
    const { says, got$, got } = await client();
    const cut = proxy.cutAfter((chunk) => chunk.includes('cut'));
    says('one');
    await got$('one');
    says('cut');
    await cut;
    await got$('ECONNRESET');
    expect(heard.slice(0, 2)).toEqual(['one', 'cut']);
    expect(got).toEqual(['one', 'ECONNRESET']);
  });

  it('loses an answer and stays connected', async () => {
    const { says, got$, got } = await client();
    const cut = proxy.cutAfter((chunk) => chunk.includes('lost'), { how: 'silence' });
    says('lost');
    await cut;
    expect([heard, got]).toEqual([['lost'], []]);
    proxy.reset();
    await got$('ECONNRESET');
  });

  it('closes with connections open, frozen and held', async () => {
    await client();
    const { says } = await client();
    const { caught } = proxy.hold(() => true);
    says('held');
    await caught;
    proxy.freeze();
    await proxy.close();
    expect(proxy.connections()).toBe(0);
  });
});
