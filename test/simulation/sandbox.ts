/** What stands behind the globals while a world runs. */
export interface Host {
  now(): number;
  wall(): number;
  /** Runs later, at most once, unless the handle is closed. */
  timer(run: () => void, delay: number): Handle;
  /** As a microtask does. */
  soon(run: () => void): void;
  chance(): number;
}
export interface Handle {
  readonly closed: boolean;
  unsubscribe(): void;
  /** Node's: nothing here keeps anything alive. */
  unref?(): this;
}

/** The world that runs now, and promises that failed unheard in it. */
export const sandbox: { host: Host | undefined; readonly unheard: Set<object> } = { host: undefined, unheard: new Set() };

const host = (): Host => {
  if (!sandbox.host) throw new Error('Nothing is timed outside a world.');
  return sandbox.host;
};

type Settle = (value: unknown) => void;
interface Reaction {
  readonly done: Settle;
  readonly failed: Settle;
}

/** A promise whose microtasks are the world's to run. */
class Later implements PromiseLike<unknown> {
  #state: 'open' | 'done' | 'failed' = 'open';
  #value: unknown;
  #heard = false;
  readonly #reactions: Reaction[] = [];

  constructor(executor: (resolve: Settle, reject: Settle) => void) {
    const [resolve, reject] = this.#settlers();
    try {
      executor(resolve, reject);
    } catch (error) {
      reject(error);
    }
  }

  then(done?: unknown, failed?: unknown): Later {
    return new Later((resolve, reject) => {
      const by = (handler: unknown, otherwise: Settle) => (value: unknown) => {
        if (typeof handler !== 'function') return otherwise(value);
        try {
          resolve((handler as (value: unknown) => unknown)(value));
        } catch (error) {
          reject(error);
        }
      };
      this.#heard = true;
      sandbox.unheard.delete(this);
      this.#react({ done: by(done, resolve), failed: by(failed, reject) });
    });
  }
  catch(failed: unknown): Later {
    return this.then(undefined, failed);
  }
  finally(last: () => unknown): Later {
    const after = (told: () => unknown) => Later.resolve(last()).then(told);
    return this.then(
      (value: unknown) => after(() => value),
      (error: unknown) =>
        after(() => {
          throw error;
        }),
    );
  }

  static resolve(value?: unknown): Later {
    return value instanceof Later ? value : new Later((resolve) => resolve(value));
  }
  static reject(error: unknown): Later {
    return new Later((_, reject) => reject(error));
  }
  static all(values: Iterable<unknown>): Later {
    const all = [...values];
    const found: unknown[] = [];
    return new Later((resolve, reject) => {
      const open = new Set(all.keys());
      if (open.size === 0) resolve(found);
      all.forEach((value, at) =>
        Later.resolve(value).then((each: unknown) => {
          found[at] = each;
          open.delete(at);
          if (open.size === 0) resolve(found);
        }, reject),
      );
    });
  }
  static allSettled(values: Iterable<unknown>): Later {
    const told = (value: unknown) =>
      Later.resolve(value).then(
        (value: unknown) => ({ status: 'fulfilled', value }),
        (reason: unknown) => ({ status: 'rejected', reason }),
      );
    return Later.all([...values].map(told));
  }
  static race(values: Iterable<unknown>): Later {
    return new Later((resolve, reject) => [...values].forEach((value) => Later.resolve(value).then(resolve, reject)));
  }

  /** Both of one resolution: the first call counts. */
  #settlers(): [Settle, Settle] {
    let open = true;
    const once = (settle: Settle) => (value: unknown) => {
      if (open) [open] = [false, settle(value)];
    };
    return [once((value) => this.#resolve(value)), once((error) => this.#settle('failed', error))];
  }
  #resolve(value: unknown): void {
    const then: unknown = typeof value === 'object' && value !== null && 'then' in value && value.then;
    if (typeof then !== 'function') return this.#settle('done', value);
    host().soon(() => {
      const [resolve, reject] = this.#settlers();
      try {
        (then as (...by: Settle[]) => void).call(value, resolve, reject);
      } catch (error) {
        reject(error);
      }
    });
  }
  #settle(state: 'done' | 'failed', value: unknown): void {
    [this.#state, this.#value] = [state, value];
    if (state === 'failed' && !this.#heard) sandbox.unheard.add(this);
    this.#reactions.splice(0).forEach((reaction) => this.#react(reaction));
  }
  #react(reaction: Reaction): void {
    const state = this.#state;
    if (state === 'open') this.#reactions.push(reaction);
    else host().soon(() => reaction[state](this.#value));
  }
}

function repeated(run: () => void, pause = 0): Handle {
  const state = { closed: false, timer: undefined as Handle | undefined };
  const arm = () =>
    (state.timer = host().timer(() => {
      run();
      if (!state.closed) arm();
    }, pause));
  arm();
  return {
    get closed() {
      return state.closed;
    },
    unsubscribe: () => {
      state.closed = true;
      state.timer?.unsubscribe();
    },
  };
}

const clear = (handle?: Handle) => handle?.unsubscribe();
const hex = (length: number) => Array.from({ length }, () => Math.floor(host().chance() * 16).toString(16)).join('');

/** What the bundle sees in place of the real ones: all time and all chance are the world's. */
export const globals = {
  Promise: Later,
  performance: { now: () => host().now() },
  Date: Object.assign(
    class extends globalThis.Date {
      constructor() {
        super(host().wall());
      }
    },
    { now: () => host().wall() },
  ),
  setTimeout: (run: () => void, delay = 0) => host().timer(run, delay),
  clearTimeout: clear,
  setInterval: repeated,
  clearInterval: clear,
  queueMicrotask: (run: () => void) => host().soon(run),
  crypto: {
    randomUUID: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    getRandomValues: (array: { [at: number]: unknown; length: number }) => {
      for (let at = 0; at < array.length; at++) array[at] = BigInt(Math.floor(host().chance() * 2 ** 48));
      return array;
    },
  },
};
