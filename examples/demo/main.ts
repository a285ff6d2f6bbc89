import { EMPTY, catchError } from 'rxjs';
import { type DemoOptions, demoOptions, usage } from './options.js';
import { openScene } from './scene.js';
import { screen } from './screen.js';
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
  if (options.store) console.log(`starting ${options.hosts ? '' : `${options.store} and `}three processes …`);
  const scene = await openScene(options);
  const interrupted = interruption();
  const shown = screen(scene);
  const told$ = scene.cast.told$.pipe(catchError(() => EMPTY)); // the story tells its errors
  const telling = told$.subscribe((told) => shown.tell(told));
  const watching = scene.cast.leader$.subscribe((leader) => shown.see(leader));
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
