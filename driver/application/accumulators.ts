import { hash } from 'node:crypto';
import { basename } from 'node:path';
import type { DriverAccumulator } from '../../engine/closures/runtime/accumulator.ts';
import { algebraOf, type CustomFunctions } from '../../engine/closures/runtime/accumulator-algebra.ts';
import { errorCode, LevinError } from '../../engine/errors/levin-error.ts';
import { mapBounded } from '../../engine/ports/map-bounded.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { decodeValue, encodeValue } from '../../engine/records/value.ts';
import type { AccumulatorDelta } from '../../engine/runtime/task-accumulators.ts';
import { type AccumulatorKind, accumulatorText } from '../../engine/types/accumulator.ts';
import type { CallSite } from '../../engine/types/call-site.ts';
import type { AccumulatorDeltas } from '../../engine/types/task-side.ts';
import { createAccumulatorLedger } from './accumulator-ledger.ts';
import type { KeptResult } from './stage-table.ts';

export interface NewAccumulator {
  readonly kind: AccumulatorKind;
  readonly name: string | null;
  readonly callSite: CallSite | null;
  /** Of kind `custom`. */
  readonly custom: Required<CustomFunctions> | null;
}

/** What a committed task has added cannot be read. */
export interface LostDeltas {
  readonly stage: number;
  readonly partition: number;
  readonly generation: number;
}

/** The accumulators of an application. */
export interface Accumulators {
  create(made: NewAccumulator): DriverAccumulator;
  /** A task's result has become known, again perhaps. */
  counted(stage: number, partition: number, result: KeptResult): void;
  /**
   * Brings all in that tasks of these stages have committed, and merges it. Gives what is lost: its tasks have to run again.
   * Fails with `ACCUMULATOR_MERGE_FAILED`, and `RESULT_TOO_LARGE` as results do.
   */
  settle(action: string, stages: readonly number[]): Promise<readonly LostDeltas[]>;
  /** Those with a name that tasks of the stages have added to, as they stand. */
  named(stages: readonly number[]): readonly NamedAccumulator[];
}

/** For people. */
export interface NamedAccumulator {
  readonly ordinal: number;
  readonly name: string;
  readonly value: string;
}

export interface AccumulatorsOptions {
  readonly objects: ObjectStore;
  /** Encoded bytes that tasks of one job may have added; 0 is no limit. */
  readonly maxResultBytes: number;
}

/** Objects read at the same time. */
const OBJECTS_AT_ONCE = 8;
const LOST: readonly unknown[] = ['OBJECT_NOT_FOUND', 'RANGE_NOT_SATISFIABLE', 'CORRUPT_DATA'];

interface Waiting {
  readonly deltas: Extract<AccumulatorDeltas, { kind: 'object' }>;
  readonly generation: number;
}

export function createAccumulators({ objects, maxResultBytes }: AccumulatorsOptions): Accumulators {
  const ledger = createAccumulatorLedger();
  const names = new Map<number, { readonly name: string; readonly kind: AccumulatorKind }>();
  /** Objects that were not read yet, and bytes that came since the stage was settled last. */
  const waiting = new Map<number, Map<number, Waiting>>();
  const arrived = new Map<number, number>();
  let nextOrdinal = 0;
  const arrive = (stage: number, bytes: number): void => void arrived.set(stage, (arrived.get(stage) ?? 0) + bytes);
  const bring = async (stage: number, partition: number, { deltas, generation }: Waiting): Promise<readonly LostDeltas[]> => {
    const bytes = await readDeltas(objects, deltas);
    if (bytes === null) return [{ stage, partition, generation }];
    // Another attempt may have told of it meanwhile, or of a later generation.
    const now = waiting.get(stage)?.get(partition);
    if (now === undefined) return [];
    if (now.deltas.key !== deltas.key) return await bring(stage, partition, now);
    waiting.get(stage)?.delete(partition);
    ledger.count({ stage, partition }, decodeValue(bytes) as readonly AccumulatorDelta[]);
    return [];
  };
  return {
    create({ kind, name, callSite, custom }) {
      const ordinal = nextOrdinal++;
      const text = accumulatorText({ kind, name, site: siteOf(callSite) });
      ledger.open({ ordinal, kind, text, algebra: algebraOf(kind, text, custom) });
      if (name !== null) names.set(ordinal, { name, kind });
      return {
        ordinal,
        kind,
        name,
        callSite,
        custom,
        add: (value) => ledger.add(ordinal, value),
        state: () => decodeValue(encodeValue(ledger.state(ordinal))),
        isZero: () => ledger.isZero(ordinal),
        reset: () => ledger.reset(ordinal),
      };
    },
    counted(stage, partition, { side, generation }) {
      const deltas = side?.accumulators;
      if (deltas?.kind === 'object') {
        arrive(stage, deltas.length);
        const ofStage = waiting.get(stage) ?? new Map<number, Waiting>();
        waiting.set(stage, ofStage);
        ofStage.set(partition, { deltas, generation });
        return;
      }
      waiting.get(stage)?.delete(partition);
      if (deltas !== undefined) arrive(stage, deltas.bytes.length);
      ledger.count({ stage, partition }, deltas === undefined ? [] : (decodeValue(deltas.bytes) as readonly AccumulatorDelta[]));
    },
    async settle(action, stages) {
      const bytes = stages.reduce((sum, stage) => sum + (arrived.get(stage) ?? 0), 0);
      for (const stage of stages) arrived.delete(stage);
      if (maxResultBytes > 0 && bytes > maxResultBytes) throw tooLarge(action, bytes, maxResultBytes);
      const open = stages.flatMap((stage) => [...(waiting.get(stage) ?? [])].map((entry) => [stage, ...entry] as const));
      const lost = await mapBounded(open, { concurrency: OBJECTS_AT_ONCE }, (entry) => bring(...entry));
      for (const ordinal of ledger.touched(stages)) ledger.state(ordinal);
      return lost.flat();
    },
    named(stages) {
      return ledger.touched(stages).flatMap((ordinal) => {
        const known = names.get(ordinal);
        return known === undefined ? [] : [{ ordinal, name: known.name, value: shown(known.kind, ledger.state(ordinal)) }];
      });
    },
  };
}

/** null: it is not there as it was stored, after a second read. */
async function readDeltas(objects: ObjectStore, { key, sha256 }: Waiting['deltas']): Promise<Uint8Array | null> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const bytes = await objects.get(key);
      if (hash('sha256', bytes, 'hex') === sha256) return bytes;
    } catch (error) {
      if (!LOST.includes(errorCode(error))) throw error;
    }
  }
  return null;
}

function siteOf(callSite: CallSite | null): string {
  return callSite === null ? '' : `${basename(callSite.file)}:${callSite.line}:${callSite.column}`;
}

const SHOWN_CHARACTERS = 100;

function shown(kind: AccumulatorKind, state: unknown): string {
  if (kind === 'collection') return `${(state as unknown[]).length} values`;
  if (kind !== 'custom') return String((state as { readonly sum: number | bigint }).sum);
  const text = inspected(state);
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}

function inspected(state: unknown): string {
  if (state instanceof Map || state instanceof Set) return `${state.constructor.name} of ${state.size}`;
  try {
    return JSON.stringify(state) ?? String(state);
  } catch {
    return typeof state === 'bigint' ? String(state) : 'an object';
  }
}

function tooLarge(action: string, bytes: number, maxResultBytes: number): LevinError {
  return new LevinError({
    code: 'RESULT_TOO_LARGE',
    fault: 'user',
    message:
      `${action}: what its tasks have added to accumulators has ${bytes} bytes, above maxResultBytes (${maxResultBytes}). ` +
      'Add less (counts instead of values), give values out as records, or raise maxResultBytes.',
  });
}
