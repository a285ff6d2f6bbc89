import { InvalidOptionsError } from './errors.js';

/** What every verb of a backend ends with once it was closed: trying again can't help, so nobody does. */
export const closed = (): InvalidOptionsError => new InvalidOptionsError('This backend is closed: make another one.');
