import { type Observable, Subject, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Pending } from '../../src/core/pending.js';

const heard = (stream: Observable<unknown>) => {
  const log: unknown[] = [];
  stream.subscribe({ next: (value) => log.push(value), error: (error: unknown) => log.push(error), complete: () => log.push('done') });
  return log;
};
const settled = (pending: Pending<unknown>) => heard(pending.settled).length > 0;

describe('pending', () => {
  it('is settled while nothing has been entered', () => {
    expect(settled(new Pending())).toBe(true);
  });

  it('is settled again when everything has left', () => {
    const pending = new Pending();
    const [one, two] = [pending.enter(), pending.enter()];
    const log = heard(pending.settled);
    one();
    expect(log).toEqual([]);
    two();
    expect(log).toHaveLength(2); // a value and the end
  });

  it('leaves when the last thing has ended', () => {
    const pending = new Pending();
    const last = new Subject();
    pending.enter()(last);
    expect(settled(pending)).toBe(false);
    last.complete();
    expect(settled(pending)).toBe(true);
  });

  it('leaves when the last thing has failed, and nobody hears an unhandled error', async () => {
    const pending = new Pending();
    pending.enter()(throwError(() => new Error('failed')));
    pending.add(Promise.reject(new Error('failed')));
    expect(settled(pending)).toBe(false);
    await new Promise((resolve) => setTimeout(resolve));
    expect(settled(pending)).toBe(true);
  });

  it('enters nothing that it could not wait for', () => {
    const pending = new Pending();
    expect(() => pending.add({} as never)).toThrow(TypeError);
    expect(settled(pending)).toBe(true);
  });

  it('tells what each that is entered by now ends with; later ones are not waited for', () => {
    const pending = new Pending<string>();
    const leave = pending.enter();
    const log = heard(pending.left());
    pending.enter();
    leave(of('released'));
    expect(log).toEqual(['released', 'done']);
  });

  it('can be asked about one thing', () => {
    const pending = new Pending<string>();
    const leave = pending.enter('jobs');
    pending.enter('others');
    const log = heard(pending.left('jobs'));
    leave(of('expired'));
    expect(log).toEqual(['expired', 'done']);
    expect(heard(pending.left('nothing'))).toEqual(['done']);
  });
});
