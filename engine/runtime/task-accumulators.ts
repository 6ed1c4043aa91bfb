import { hash } from 'node:crypto';
import { LevinError } from '../errors/levin-error.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { encodeValue } from '../records/value.ts';
import {
  type AccumulatorAlgebra,
  type AccumulatorIdentity,
  type AccumulatorInfo,
  accumulatorText,
  type TaskAccumulators,
} from '../types/accumulator.ts';
import { objectKeys } from '../types/keys.ts';
import type { TaskSpec } from '../types/task.ts';
import type { AccumulatorDeltas } from '../types/task-side.ts';

/** More than this goes into an object: it would make every answer and every list of answers large. */
const MAX_INLINE_DELTAS_BYTES = 8 * 1024;

/** What one attempt added to one accumulator: count and sum, or an encoded state. */
export type AccumulatorDelta =
  | readonly [ordinal: number, count: number, sum: number | bigint]
  | readonly [ordinal: number, state: Uint8Array];

export interface AttemptAccumulators extends TaskAccumulators {
  /** What was added, by ordinal; undefined: nothing. Nothing can be added any more. Fails with `ACCUMULATOR_NOT_ENCODABLE`. */
  end(): Uint8Array | undefined;
}

interface Slot extends AccumulatorIdentity {
  readonly algebra: AccumulatorAlgebra;
  state: unknown;
}

/** Begins at zero: what other attempts of the task have added is theirs. */
export function createTaskAccumulators(spec: TaskSpec, infos: readonly AccumulatorInfo[]): AttemptAccumulators {
  const slots = new Map<number, Slot>();
  let ended = false;
  const textOf = ({ ordinal, kind }: AccumulatorIdentity): string =>
    accumulatorText(infos.find((info) => info.ordinal === ordinal) ?? { kind, name: null, site: '' });
  return {
    textOf,
    add(identity, algebraFor, value) {
      if (ended) throw tooLate(spec, textOf(identity));
      let slot = slots.get(identity.ordinal);
      if (slot === undefined) {
        const algebra = algebraFor(textOf(identity));
        slot = { ordinal: identity.ordinal, kind: identity.kind, algebra, state: algebra.zero() };
        slots.set(identity.ordinal, slot);
      }
      slot.state = slot.algebra.add(slot.state, value);
    },
    end() {
      ended = true;
      if (slots.size === 0) return undefined;
      return encodeValue([...slots.values()].sort((a, b) => a.ordinal - b.ordinal).map((slot) => deltaOf(spec, slot, textOf(slot))));
    },
  };
}

/** Where what an attempt added goes: with its commit, or into an object of its own. */
export async function placeDeltas(spec: TaskSpec, bytes: Uint8Array, o: PlaceDeltas): Promise<AccumulatorDeltas> {
  if (bytes.length <= MAX_INLINE_DELTAS_BYTES) return { kind: 'inline', bytes };
  const key = objectKeys.accumulators(spec.appId, spec.stageId, spec.partition, spec.attemptId);
  await o.objects.put(key, bytes, { signal: o.signal });
  return { kind: 'object', key, length: bytes.length, sha256: hash('sha256', bytes, 'hex') };
}

interface PlaceDeltas {
  readonly objects: ObjectStore;
  readonly signal: AbortSignal;
}

function deltaOf(spec: TaskSpec, { ordinal, kind, state }: Slot, text: string): AccumulatorDelta {
  if (kind !== 'collection' && kind !== 'custom') {
    const { count, sum } = state as { readonly count: number; readonly sum: number | bigint };
    return [ordinal, count, sum];
  }
  try {
    return [ordinal, encodeValue(state)];
  } catch (cause) {
    throw new LevinError({
      code: 'ACCUMULATOR_NOT_ENCODABLE',
      fault: 'user',
      message: `What partition ${spec.partition} of stage ${spec.stageNumber} added to ${text} cannot travel to the driver: ${(cause as Error).message}`,
      details: { ordinal, stage: spec.stageNumber, partition: spec.partition },
      cause,
    });
  }
}

function tooLate(spec: TaskSpec, text: string): LevinError {
  return new LevinError({
    code: 'ACCUMULATOR_TOO_LATE',
    fault: 'user',
    message: `Something was added to ${text} after its task, partition ${spec.partition} of stage ${spec.stageNumber}, had ended: it does not count. A promise was not awaited, or a timer was left.`,
    details: { stage: spec.stageNumber, partition: spec.partition },
  });
}
