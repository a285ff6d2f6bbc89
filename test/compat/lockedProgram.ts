import locked from '../../src/compat/locked.js';

/** Leads once, meets an unusable scheme, and ends because nothing keeps it. */
const unusable = locked('tcp://127.0.0.1:4001')({ path: '/master', value: 1 });
unusable.on('error', (error) => console.log(String(error)));

const node = locked(process.argv[2])({ path: '/program', value: 1, ttl: 1 });
node.on('select', () => {
  console.log('selected');
  unusable.start();
  setTimeout(() => void node.stop().then(() => console.log('stopped')), 50);
});
node.start();
