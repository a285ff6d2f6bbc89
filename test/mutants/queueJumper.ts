import { mutant } from './mutant.js';

export default mutant({
  bug: 'Whoever gets the lock keeps it, though others wait who came before',
  thread: 'Go api.Lock, consul lock: herds',
  killedBy: 'consul',
  edits: [
    {
      file: 'src/backends/consul/turn.ts',
      find: 'first === own && !place.gaveBack(held) ?',
      put: '!place.gaveBack(held) ?',
    },
  ],
});
