import { EventEmitter } from 'node:events';
import { BehaviorSubject, type Observable, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Told } from '../../../src/backends/etcd/session.js';
import { Watches } from '../../../src/backends/etcd/watches.js';
import { prefixed } from '../../../src/backends/etcd/wire.js';
import { BackendUnavailableError, DeniedError } from '../../../src/core/errors.js';
import { until } from '../../servers/until.js';

const header = { cluster_id: '1', revision: '1' };
type Request = { create_request?: { key: Buffer }; cancel_request?: { watch_id: string } };

/** A stream on which the test is the server. */
class Stream extends EventEmitter {
  readonly asked: Request[] = [];
  cancelled = false;
  write(request: Request) {
    this.asked.push(request);
  }
  cancel() {
    this.cancelled = true;
    this.emit('error', new Error('cancelled')); // as the real one does
  }
  tell(told: object) {
    this.emit('data', { header, created: false, canceled: false, events: [], ...told });
  }
}

/** Hosts whose streams the test serves, and who stop answering when it says so. */
function scene(agree = (): Observable<unknown> => of(undefined)) {
  const streams: Stream[] = [];
  const answers: BehaviorSubject<boolean>[] = [];
  const pick = () => {
    const answering = new BehaviorSubject(true);
    answers.push(answering);
    const open = () => Promise.resolve(streams[streams.push(new Stream()) - 1]);
    return { host: `host-${answers.length}`, answers: answering, open, failed: () => undefined };
  };
  const watches = new Watches({ pick, agree } as unknown as ConstructorParameters<typeof Watches>[0]);
  const heard: Record<string, Told[]> = { a: [], b: [] };
  const failures: unknown[] = [];
  const subscriptions = Object.entries(heard).map(([key, list]) =>
    watches.watch(prefixed(key)).subscribe({ next: (told) => list.push(told), error: (error: unknown) => failures.push(error) }),
  );
  return { streams, answers, watches, heard, failures, subscriptions };
}

describe('watches', () => {
  it('share one stream, and are told apart by the order of their beginning and then by number', async () => {
    const { streams, heard, watches } = scene();
    const stream = await until('a stream', () => streams[0]);
    await until('both are asked for', () => stream.asked.length === 2);
    stream.tell({ created: true, watch_id: '0' });
    stream.tell({ created: true, watch_id: '1' });
    stream.tell({ watch_id: '1', events: [{ type: 'Put' }] });
    expect([heard.a?.length, heard.b?.length]).toEqual([1, 2]);
    watches.close();
    expect(stream.cancelled).toBe(true);
  });

  it('begin anew on another host when theirs stops answering, though its stream stays', async () => {
    const { streams, answers, watches } = scene();
    const first = await until('a stream', () => streams[0]);
    answers[0]?.next(false);
    expect(first.cancelled).toBe(true);
    const second = await until('another', () => streams[1], 1_000);
    await until('both are asked for', () => second.asked.length === 2);
    watches.close();
  });

  it('begin anew on another stream when this one was opened with a token that has died', async () => {
    const { streams, watches } = scene();
    const first = await until('a stream', () => streams[0]);
    first.tell({ created: true, canceled: true, watch_id: '-1', cancel_reason: 'etcdserver: invalid auth token' });
    await until('another', () => streams[1], 1_000);
    watches.close();
  });

  it('are not in each other’s way when one ends: it begins anew on the same stream', async () => {
    const { streams, heard, watches } = scene();
    const stream = await until('a stream', () => streams[0]);
    stream.tell({ created: true, watch_id: '0' });
    stream.tell({ created: true, watch_id: '1' });
    stream.tell({ canceled: true, watch_id: '0', compact_revision: '9' });
    await until('it is asked for again', () => stream.asked.length === 3, 1_000);
    stream.tell({ created: true, watch_id: '2' });
    stream.tell({ watch_id: '1', events: [{ type: 'Put' }] });
    expect([heard.a?.length, heard.b?.length]).toEqual([2, 2]);
    expect(streams).toHaveLength(1);
    watches.close();
  });

  it('begin anew though the read that is to tell why is not answered at first', async () => {
    let reads = 0;
    const { streams, heard, failures, watches } = scene(() =>
      reads++ < 2 ? throwError(() => new BackendUnavailableError('no answer')) : of(undefined),
    );
    const stream = await until('a stream', () => streams[0]);
    stream.tell({ created: true, watch_id: '0' });
    stream.tell({ canceled: true, watch_id: '0', compact_revision: '9' });
    await until('it is asked for again', () => stream.asked.length === 3 || failures.length, 2_000);
    stream.tell({ created: true, watch_id: '1' });
    stream.tell({ created: true, watch_id: '2' });
    expect([failures, heard.a?.length, reads]).toEqual([[], 2, 3]);
    watches.close();
  });

  it('end when the store denies them the key', async () => {
    const { streams, failures, watches } = scene(() => throwError(() => new DeniedError('no')));
    const stream = await until('a stream', () => streams[0]);
    stream.tell({ created: true, canceled: true, watch_id: '-1', cancel_reason: 'etcdserver: permission denied' });
    await until('the refusal', () => failures.length, 1_000);
    expect(failures).toMatchObject([{ code: 'DENIED' }]);
    watches.close();
  });

  it('are cancelled when nobody listens, also when they had not begun yet', async () => {
    const { streams, subscriptions, watches } = scene();
    const stream = await until('a stream', () => streams[0]);
    stream.tell({ created: true, watch_id: '7' });
    subscriptions.forEach((subscription) => subscription.unsubscribe());
    stream.tell({ created: true, watch_id: '8' });
    expect(stream.asked.flatMap(({ cancel_request }) => cancel_request?.watch_id ?? [])).toEqual(['7', '8']);
    watches.close();
  });
});
