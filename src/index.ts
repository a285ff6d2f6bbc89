export type { Clock, Instant } from './core/clock.js';
export { monotonic } from './core/clock.js';
export type { TenureErrorCode } from './core/errors.js';
export {
  AcquireTimeoutError,
  BackendUnavailableError,
  ClaimLostError,
  DeniedError,
  HeldError,
  InvalidOptionsError,
  LeaseLostError,
  TenureError,
  UnsupportedError,
  isTenureError,
} from './core/errors.js';
export { Lease } from './core/lease.js';
export type {
  BackoffOptions,
  ElectionOptions,
  LockOptions,
  LockerOptions,
  PermitOptions,
  ReadWriteLockOptions,
  SemaphoreOptions,
  TimingOptions,
} from './core/options.js';
export { Tenure } from './core/tenure.js';
export type {
  Backend,
  Claim,
  ClaimKind,
  ClaimOptions,
  ClaimRef,
  Grant,
  KindName,
  Leader,
  LeaseRef,
  Release,
  TenureRef,
  WatchOptions,
} from './core/types.js';
export { acquire } from './operators/acquire.js';
export { during } from './operators/during.js';
export { lapse } from './operators/lapse.js';
export { linger } from './operators/linger.js';
export type { OpenLeaseOptions } from './operators/openLease.js';
export { openLease } from './operators/openLease.js';
export type { ReacquireOptions } from './operators/reacquire.js';
export { reacquire } from './operators/reacquire.js';
export { refreshLease } from './operators/refreshLease.js';
export { shareLatest } from './operators/shareLatest.js';
export { switchWhileSelected } from './operators/switchWhileSelected.js';
export { untilLost } from './operators/untilLost.js';
export { whileSelected } from './operators/whileSelected.js';
export type { Election } from './recipes/election.js';
export { election } from './recipes/election.js';
export type { ElectionEvent, ElectionFact } from './recipes/events.js';
export type { Locker } from './recipes/locker.js';
export { locker } from './recipes/locker.js';
export type { ReadWriteLock } from './recipes/readWriteLock.js';
export { readWriteLock } from './recipes/readWriteLock.js';
export type { Semaphore } from './recipes/semaphore.js';
export { semaphore } from './recipes/semaphore.js';
