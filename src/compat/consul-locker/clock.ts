import { asyncScheduler } from 'rxjs';
import { type Clock, monotonic } from '../../core/clock.js';

/** Its timers don't keep the process: consul-locker had none, and whoever used it may end by falling off the end. */
export const unobtrusive: Clock = {
  ...monotonic,
  schedule: (...job: Parameters<Clock['schedule']>) => {
    const action = asyncScheduler.schedule(...job) as ReturnType<Clock['schedule']> & { id?: { unref?(): void } };
    action.id?.unref?.();
    return action;
  },
};
