import { type MonoTypeOperatorFunction, retry, throwError, timer } from 'rxjs';
import { isTenureError } from '../../core/errors.js';
import { isFull } from './translate.js';

/** Milliseconds until the next attempt, spread so that many clients don't come back at once. */
export const soon = () => timer(100 + 100 * Math.random());

export const isOutOfReach = (error: unknown): boolean =>
  isTenureError(error) && error.code === 'BACKEND_UNAVAILABLE' && !isFull(error);

/** Asks again and again while the store is out of reach; its own refusals pass. */
export const untilAnswered = <T>(): MonoTypeOperatorFunction<T> =>
  retry({ delay: (error: unknown) => (isOutOfReach(error) ? soon() : throwError(() => error)) });
