import consulLocker from '../../src/compat/consul-locker.js';

/** Holds a lock, and ends all the same: nothing keeps the process. */
const locker = consulLocker({ port: Number(process.argv[2]) }).create({ name: 'program' });
void locker.lock('a').then(() => console.log('locked'));
