export { behavesLikeABackend } from './behavesLikeABackend.js';
export type { Connect } from './conformance/stage.js';
export { marbles, type MarbleHelpers } from './marbles.js';
export type { Runner } from './runner.js';
