import { LeaseLostError } from '../src/core/errors.js';
import { lapse } from '../src/operators/lapse.js';
import { diagram } from './diagram.js';

const title = 'lapse()';
const values = { T: 'T', n: null };
const error = new LeaseLostError({ id: 'lease', ttl: 9 }, 'expired');

// prettier-ignore
export default [
  diagram({
    title,
    inputs: {
      tenure: ' --T-----#----',
    },
    expected: ' --T-----(n#) ',
    values,
    error,
    subscriptions: { tenure: '^-------!' },
    marks: { 'null is heard first': '--------!' },
    build: ({ tenure }) => tenure.pipe(lapse()),
  }),
  diagram({
    name: 'never held',
    title,
    inputs: {
      tenure: ' -----#-------',
    },
    expected: ' -----#       ',
    values,
    error,
    subscriptions: { tenure: '^----!' },
    build: ({ tenure }) => tenure.pipe(lapse()),
  }),
];
