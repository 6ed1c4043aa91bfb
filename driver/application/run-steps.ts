import { AsyncLocalStorage } from 'node:async_hooks';
import { errorCode, LevinError } from '../../engine/errors/levin-error.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import type { Random } from '../../engine/ports/random.ts';
import { decodeValue, encodeValue } from '../../engine/records/value.ts';
import type { CallSite } from '../../engine/types/call-site.ts';
import type { DrawKind } from '../journal/journal-entry.ts';
import { stepName } from '../journal/replay-steps.ts';

/** One step in the journal. */
export interface StepSlot {
  readonly path: string;
  /** Reads the encoded result, when it was finished before. */
  readonly finished: (() => Promise<Uint8Array>) | null;
  start(): Promise<void>;
  finish(result: Uint8Array): Promise<void>;
  fail(message: string): Promise<void>;
}

export interface StepSlots {
  /** Synchronous, because the order of the calls is the identity of steps of one name. */
  next(step: { readonly name: string; readonly callSite: CallSite | null }): StepSlot;
}

export interface StepJournal {
  /** The steps that run within one: those of '' run within none. */
  steps(scope: string): StepSlots;
  /** A number that was given at this place before, or one that is made now. */
  draw(of: DrawKind, callSite: CallSite | null, make: () => number): number;
}

export interface RunStepsOptions {
  readonly journal: StepJournal;
  readonly clock: Clock;
  readonly random: Random;
}

export interface RunSteps {
  run<R>(name: string, fn: () => R | Promise<R>, callSite: CallSite | null): Promise<R>;
  draw(of: DrawKind, callSite: CallSite | null): number;
  /** Fails with `NOT_IN_STEP`: what a step built or asked for would be missing when its result comes from the journal. */
  refuseWithin(operation: string): void;
}

interface RunningStep {
  readonly name: string;
  readonly slots: StepSlots;
  /** What it started and left running is outside of it. */
  ended: boolean;
}

/** Code of the driver that is run once in the life of an application; its results are journaled. */
export function createRunSteps({ journal, clock, random }: RunStepsOptions): RunSteps {
  const running = new AsyncLocalStorage<RunningStep>();
  const outside = journal.steps('');
  const current = (): RunningStep | null => {
    const step = running.getStore();
    return step === undefined || step.ended ? null : step;
  };
  const numbers: Readonly<Record<DrawKind, () => number>> = { now: () => clock.now(), random: () => random.next() };

  return {
    async run(name, fn, callSite) {
      const slot = (current()?.slots ?? outside).next({ name, callSite });
      if (slot.finished !== null) return decodeValue(await slot.finished()) as never;
      // Nobody waits for the beginning to be written: what is written later is written behind it, or not at all.
      slot.start().catch(() => undefined);
      const step: RunningStep = { name, slots: journal.steps(slot.path), ended: false };
      let result: Uint8Array;
      try {
        result = encodeResult(name, await running.run(step, async () => await fn()));
      } catch (error) {
        // A journal that cannot be written fails whatever comes next; the step's own error is what the user needs.
        await slot.fail(error instanceof Error ? error.message : String(error)).catch(() => undefined);
        throw error;
      } finally {
        step.ended = true;
      }
      await slot.finish(result);
      // The same as a resumed driver is given.
      return decodeValue(result) as never;
    },
    draw(of, callSite) {
      // The result of a step is journaled, what led to it need not be.
      return current() === null ? journal.draw(of, callSite, numbers[of]) : numbers[of]();
    },
    refuseWithin(operation) {
      const step = current();
      if (step !== null) throw notInStep(operation, step.name);
    },
  };
}

function encodeResult(name: string, result: unknown): Uint8Array {
  try {
    return encodeValue(result);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LevinError({
      code: errorCode(cause) ?? 'INVALID_ARGUMENT',
      fault: 'user',
      message: `lv.step: the result of ${stepName(name)} cannot be journaled: ${reason}`,
      cause,
    });
  }
}

function notInStep(operation: string, name: string): LevinError {
  return new LevinError({
    code: 'NOT_IN_STEP',
    fault: 'user',
    message: `${operation}: called within ${stepName(name)}. A step that is finished is not run again, so RDDs are made and actions are run outside of steps; answers of actions are journaled anyway. Await the action first and use its answer in the step.`,
    details: { operation, step: name },
  });
}
