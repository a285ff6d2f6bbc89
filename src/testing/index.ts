export { marbles, type MarbleHelpers } from './marbles.js';
export type { Runner } from './runner.js';
