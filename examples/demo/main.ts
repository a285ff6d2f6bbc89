import { EMPTY, catchError } from 'rxjs';
import { type DemoOptions, demoOptions, usage } from './options.js';
import { openScene } from './scene.js';
import { screen } from './screen.js';
import { stores } from './stores.js';
import { type HandOver, story } from './story.js';

/** Ctrl-C and its kin are ours: first everybody resigns, then the servers go, then we do. A second one is meant. */
function interruption(): Promise<number> {
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  return new Promise((resolve) => {
    for (const [signal, code] of Object.entries(signals)) {
      process.removeAllListeners(signal); // the servers' own, which would go first
      process.once(signal, () => {
        resolve(code);
        process.once(signal, () => process.exit(code));
      });
    }
  });
}

async function play(options: DemoOptions): Promise<number> {
  if (options.store) console.log(`starting ${options.hosts ? '' : `${stores[options.store].name} and `}three processes …`);
  const scene = await openScene(options);
  const interrupted = interruption();
  const shown = screen(scene);
  const { told$, leader$ } = scene.cast;
  const telling = told$.pipe(catchError(() => EMPTY)).subscribe((told) => shown.tell(told)); // the story tells what goes wrong
  const watching = leader$.pipe(catchError(() => EMPTY)).subscribe((leader) => shown.see(leader));
  const leave = new AbortController();
  try {
    const note = (each: HandOver) => shown.handedOver({ ...each, why: scene.why[each.why] ?? each.why });
    const played = story(scene.cast, scene.names, note, leave.signal);
    return await Promise.race([played.then(() => 0), interrupted]);
  } finally {
    leave.abort();
    watching.unsubscribe();
    await scene.cast.close().finally(() => {
      telling.unsubscribe();
      shown.close();
      return scene.close();
    });
  }
}

try {
  const options = demoOptions(process.argv.slice(2));
  if (options.help) console.log(usage);
  else process.exitCode = await play(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
