import { type SchedulerLike, asyncScheduler } from 'rxjs';

/** A scheduler that may also read the wall: a suspend stops the monotonic clock, an administrator moves the other. */
export interface Clock extends SchedulerLike {
  wall?(): number;
}

/** A moment on both clocks. */
export interface Instant {
  readonly mono: number;
  readonly wall: number | undefined;
}

export const monotonic: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  schedule: asyncScheduler.schedule.bind(asyncScheduler),
};

export const instant = (clock: Clock): Instant => ({ mono: clock.now(), wall: clock.wall?.() });

/** Milliseconds since then, by the clock that ran further: both ways of being wrong err to safety. */
export const elapsed = (since: Instant, clock: Clock): number =>
  Math.max(clock.now() - since.mono, (clock.wall?.() ?? -Infinity) - (since.wall ?? Infinity));

/** Milliseconds since 1970 where the clock knows them: for people, never for deadlines. */
export const stamp = (clock: Clock): number => clock.wall?.() ?? clock.now();
