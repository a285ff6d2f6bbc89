import {
  NEVER,
  type Observable,
  Subject,
  type Subscription,
  asapScheduler,
  defer,
  finalize,
  merge,
  race,
  repeat,
  share,
  tap,
  timer,
} from 'rxjs';
import { type Target, follow } from './follow.js';
import { Slots } from './slots.js';
import { type Reading, type Store, WAIT } from './store.js';
import { MOST_OPERATIONS } from './transaction.js';
import { type Interest, View, type ViewDriver } from './view.js';
import { type Entry, type Queue, queueOf } from './wire.js';

/** How often an empty prefix is looked at: there is nothing to wait on. */
const EMPTY_PACE = 1_000;
/** What it showed was older than what we know. */
const SOON = 20;

/** The queues somebody looks at, and the reads that serve them: one blocking query for a prefix, or up to six for single ones. */
export class Views {
  readonly #views = new Map<string, { view: View; upkeep: Subscription }>();
  readonly #wanted = new Set<string>();
  readonly #reads = new Set<Subscription>();
  /** Index of the last list of the whole prefix. */
  #listed = 0;
  readonly #found$ = new Subject<void>();
  readonly #closed$ = new Subject<void>();
  readonly #slots = new Slots();

  constructor(
    private readonly store: Store,
    private readonly prefix: string,
    private readonly seen: (folder: string, queue: Queue) => void,
  ) {}

  /** The view of a folder that somebody looks at. */
  get(folder: string): View | undefined {
    return this.#views.get(folder)?.view;
  }
  /** Each confirmation of the queue, beginning with what is known; `reading`: what the observer has seen itself. */
  observe(folder: string, interest: Interest, reading?: Reading): Observable<Queue> {
    return defer(() => {
      const view = this.get(folder) ?? this.#open(folder, reading);
      if (reading) this.#tell([folder], reading);
      if (!view.queue || (reading && reading.index < this.#listed)) this.reread(folder); // or the list has told already what came after
      return view.observe(interest).pipe(finalize(() => view.idle && this.#drop(folder, view)));
    });
  }
  /** Asks for a queue, with all others that are asked for in this turn. */
  reread(folder: string): void {
    if (this.#wanted.size === 0) asapScheduler.schedule(() => this.#read());
    this.#wanted.add(folder);
  }
  close(): void {
    this.#closed$.next();
    this.#views.forEach(({ view }, folder) => this.#drop(folder, view));
    this.#reads.forEach((read) => read.unsubscribe());
    this.#slots.close();
  }

  get #anything(): boolean {
    return [...this.#views.values()].some(({ view: { queue } }) => queue?.lock ?? queue?.claims.length);
  }

  /** With the answer of who opens it as the first that counts. */
  #open(folder: string, reading?: Reading): View {
    const driver: ViewDriver = {
      turn: () => this.store.turn(),
      reread: () => this.reread(folder),
      listen: (target) => (this.prefix ? NEVER : this.#slots.use(this.#alone(view, folder, target), () => view.urgent)),
      seen: (queue) => {
        if (queue.lock ?? queue.claims.length) this.#found$.next();
        this.seen(folder, queue);
      },
    };
    const view: View = new View(folder, driver, reading && reading.asked - 1);
    const upkeep = view.upkeep.subscribe();
    if (this.prefix) upkeep.add(this.#all$.subscribe({ error: view.fail }));
    this.#views.set(folder, { view, upkeep });
    view.covered$.next(this.prefix !== '');
    return view;
  }
  #drop(folder: string, view: View): void {
    const known = this.#views.get(folder);
    if (known?.view !== view) return;
    known.upkeep.unsubscribe();
    this.#views.delete(folder);
  }

  #read(): void {
    const folders = [...this.#wanted].filter((folder) => this.#views.has(folder));
    this.#wanted.clear();
    for (let i = 0; i < folders.length; i += MOST_OPERATIONS) this.#ask(folders.slice(i, i + MOST_OPERATIONS));
  }
  #ask(folders: readonly string[]): void {
    const failed = (error: unknown) => folders.forEach((folder) => this.get(folder)?.fail(error));
    const read = this.store.trees(folders).subscribe({ next: (reading) => this.#tell(folders, reading), error: failed });
    this.#reads.add(read);
    read.add(() => this.#reads.delete(read));
  }
  #tell(folders: Iterable<string>, { entries, index, asked }: Reading, unasked = false): void {
    const found = byFolder(entries);
    for (const folder of folders) this.get(folder)?.learn({ queue: queueOf(folder, found.get(folder) ?? []), index, asked }, unasked);
  }

  /** One queue, or one key of it, by a blocking query of its own. */
  #alone(view: View, folder: string, target: Target): Observable<unknown> {
    return defer(() => {
      view.covered$.next(true);
      return follow(this.store, this.#slots, target).pipe(
        tap((reading) => (target.recurse ? this.#tell([folder], reading, true) : this.reread(folder))),
        finalize(() => view.covered$.next(false)),
      );
    });
  }
  /** Every queue under the prefix, by one blocking query; it outlives the last observer by one wait, so that none is left open in a loop. */
  readonly #all$ = defer(() => follow(this.store, this.#slots, { key: this.prefix, recurse: true })).pipe(
    tap((reading) => {
      this.#listed = reading.index;
      this.#tell(this.#views.keys(), reading, true);
    }),
    repeat({ delay: () => (this.#anything ? timer(SOON) : race(timer(EMPTY_PACE), this.#found$)) }),
    share({ resetOnRefCountZero: () => merge(timer(WAIT), this.#closed$) }),
  );
}

/** Once for all views: a prefix may hold many. */
function byFolder(entries: readonly Entry[]): Map<string, Entry[]> {
  const folders = new Map<string, Entry[]>();
  for (const entry of entries) {
    const folder = entry.key.slice(0, entry.key.lastIndexOf('/') + 1);
    const known = folders.get(folder);
    if (known) known.push(entry);
    else folders.set(folder, [entry]);
  }
  return folders;
}
