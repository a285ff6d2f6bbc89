import { type ObservableNotification, type OperatorFunction, concatMap, defer, dematerialize, materialize, of } from 'rxjs';

/**
 * Says null before it fails, if anything was held.
 *
 *     source    --T-----#
 *     output    --T-----(n#)     n: null, heard before anything upstream is torn down
 *
 * Before a first value, an error passes alone.
 */
export function lapse<T>(): OperatorFunction<T, T | null> {
  return (source) =>
    defer(() => {
      const held: T[] = [];
      const told = (last: ObservableNotification<T>) => (last.kind === 'E' && held.length > 0 ? of(NOTHING, last) : of(last));
      return source.pipe(
        materialize(),
        concatMap((last) => {
          if (last.kind === 'N') held[0] = last.value;
          return told(last);
        }),
        dematerialize(),
      );
    });
}

const NOTHING = { kind: 'N', value: null } as const;
