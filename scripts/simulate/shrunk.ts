import fc from 'fast-check';
import { type Kind, MOST_STEPS, type Schedule, type Step } from '../../test/simulation/schedule.js';

/**
 * What is left of a schedule that fails when nothing more can be taken away: steps first, which leave their gap behind, so that
 * the rest happens when it did; then fast-check makes gaps, sizes and deeds smaller.
 */
export function shrunk(schedule: Schedule, fails: (schedule: Schedule) => boolean, seconds: number): Schedule {
  const end = Date.now() + seconds * 1_000;
  const few = { ...schedule, steps: fewer(schedule.steps, (steps) => Date.now() < end && fails({ ...schedule, steps })) };
  const kinds = ['nothing', ...new Set(few.steps.map(({ kind }) => kind))] as Kind[];
  const most = Math.max(149, ...few.steps.map(({ gap }) => gap));
  const step = fc.record<Step>({
    kind: fc.constantFrom(...kinds),
    gap: fc.nat(most),
    who: fc.nat(schedule.clients - 1),
    size: fc.nat(999),
  });
  const holds = fc.property(fc.array(step, { maxLength: MOST_STEPS }), (steps) => !fails({ ...schedule, steps }));
  const limits = { numRuns: 1, interruptAfterTimeLimit: Math.max(1, end - Date.now()) };
  const { counterexample } = fc.check(holds, { ...limits, examples: [[[...few.steps]]] });
  return counterexample ? { ...schedule, steps: without(counterexample[0] ?? [], ({ kind }) => kind === 'nothing') } : few;
}

/** Halves, quarters, … are left out as long as it still fails. */
function fewer(steps: readonly Step[], fails: (steps: readonly Step[]) => boolean): readonly Step[] {
  let kept = steps;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = kept.length - size; from > -size; from -= size) {
      const out = new Set(kept.slice(Math.max(0, from), from + size));
      const less = without(kept, (step) => out.has(step));
      if (fails(less)) kept = less;
    }
  }
  return kept;
}

/** What is left out leaves its gap to the next. */
function without(steps: readonly Step[], out: (step: Step) => boolean): Step[] {
  const kept: Step[] = [];
  let waited = 0;
  for (const step of steps) {
    waited += step.gap;
    if (out(step)) continue;
    kept.push({ ...step, gap: waited });
    waited = 0;
  }
  return waited > 0 ? [...kept, { gap: waited, kind: 'nothing', who: 0, size: 0 }] : kept;
}
