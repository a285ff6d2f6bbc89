import { Observable, type Subscription } from 'rxjs';
import { expect, it } from 'vitest';
import { Slots } from '../../../src/backends/consul/slots.js';

/** Queries that note who runs. */
function crowd() {
  const [slots, running] = [new Slots(), new Set<string>()];
  const query = (name: string) =>
    new Observable<never>(() => {
      running.add(name);
      return () => {
        running.delete(name);
        slots.leave();
      };
    });
  return {
    slots,
    running: () => [...running].sort().join(''),
    enter: (name: string, urgent = false): Subscription => slots.use(query(name), () => urgent).subscribe(),
  };
}

it('six at a time, first come, first served', () => {
  const { slots, running, enter } = crowd();
  const [first] = [...'abcdefgh'].map((name) => enter(name));
  expect(running()).toBe('abcdef');
  first?.unsubscribe();
  expect(running()).toBe('bcdefg');
  slots.close();
});

it('who waits for his turn takes the room of one that does not, who gets it back', () => {
  const { slots, running, enter } = crowd();
  [...'abcdef'].forEach((name) => enter(name));
  const urgent = enter('x', true);
  expect(running()).toBe('bcdefx');
  urgent.unsubscribe();
  expect(running()).toBe('abcdef');
  slots.close();
});

it('when some were left open, only who waits for his turn begins; when many were, nobody', () => {
  const { slots, running, enter } = crowd();
  for (let i = 0; i < 8; i++) enter('a').unsubscribe();
  enter('b');
  enter('c', true);
  expect(running()).toBe('c');
  for (let i = 0; i < 100; i++) enter('a', true).unsubscribe();
  enter('d', true);
  expect(running()).toBe('c');
  slots.close();
});

it('one that is left while it begins is not left running, nor begun twice', () => {
  const { slots, running, enter } = crowd();
  const others = [...'abcdef'].map((name) => enter(name));
  const begun: string[] = [];
  const leaving: Subscription = slots
    .use(
      new Observable<never>(() => {
        begun.push('y');
        running();
        others[1]?.unsubscribe();
        leaving.unsubscribe();
        return () => begun.push('left');
      }),
      () => false,
    )
    .subscribe();
  others[0]?.unsubscribe();
  expect(begun).toEqual(['y', 'left']);
  expect(running()).toBe('cdef');
  slots.close();
});
