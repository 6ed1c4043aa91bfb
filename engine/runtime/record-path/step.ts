import type { ClosureIndex, ClosureInfo, NarrowOp } from '../../plan/stage-plan.ts';
import type { OperationRef } from '../user-function.ts';

/**
 * What a fused loop does with one value `v`, in order. `ref` says whose step it is when something goes wrong.
 * - `call`: v = fn(v); `callValue`: v = [v[0], fn(v[1])]; `keyBy`: v = [fn(v), v]; `each`: fn(v)
 * - `filter`: go on if fn(v)
 * - `flatten`: go on with each element of v; `flattenValue`: with [v[0], x] for each x of v[1]
 * - `cross`: [k, [as, bs]] → [k, [a, b]] for each a and b; a kept side meets null where the other is empty
 * - `rekey`: v = [fn(v[0]), v]
 * - `asKey`: [v, null]; `key`: v[0]; `value`: v[1]
 */
export type Step = { readonly ref: OperationRef } & (
  | {
      readonly kind: 'call' | 'callValue' | 'filter' | 'each' | 'keyBy' | 'rekey';
      readonly fn: ClosureIndex;
      readonly concurrency: number /** What it gives is flattened next. */;
      readonly flattens?: true;
    }
  | { readonly kind: 'cross'; readonly outer: 'none' | 'left' | 'right' | 'full' }
  | { readonly kind: 'flatten' | 'flattenValue' | 'asKey' | 'key' | 'value' }
);

/** The operations that work record by record. */
export type RecordOp = Extract<
  NarrowOp,
  {
    kind: 'map' | 'flatMap' | 'filter' | 'mapValues' | 'flatMapValues' | 'keyBy' | 'keyByKey' | 'asKey' | 'keys' | 'values' | 'crossValues';
  }
>;

const RECORD_OPS: ReadonlySet<NarrowOp['kind']> = new Set<RecordOp['kind']>([
  'map',
  'flatMap',
  'filter',
  'mapValues',
  'flatMapValues',
  'keyBy',
  'keyByKey',
  'asKey',
  'keys',
  'values',
  'crossValues',
]);

export function isRecordOp(op: NarrowOp): op is RecordOp {
  return RECORD_OPS.has(op.kind);
}

/** Names under which users know steps that have no closure. */
const NAMES = { asKey: 'distinct', keys: 'keys', values: 'values', crossValues: 'join' } as const;

export function stepsOf(op: RecordOp, infos: readonly ClosureInfo[]): readonly Step[] {
  switch (op.kind) {
    case 'map':
      return [calling('call', op, infos)];
    case 'filter':
      return [calling('filter', op, infos)];
    case 'mapValues':
      return [calling('callValue', op, infos)];
    case 'flatMap':
      return [
        { ...calling('call', op, infos), flattens: true },
        { kind: 'flatten', ref: refOf(op.fn, infos) },
      ];
    case 'flatMapValues':
      return [
        { ...calling('callValue', op, infos), flattens: true },
        { kind: 'flattenValue', ref: refOf(op.fn, infos) },
      ];
    case 'keyBy':
      return [{ kind: 'keyBy', fn: op.fn, concurrency: 1, ref: refOf(op.fn, infos) }];
    case 'keyByKey':
      return [{ kind: 'rekey', fn: op.fn, concurrency: 1, ref: refOf(op.fn, infos) }];
    case 'asKey':
      return [{ kind: 'asKey', ref: named(op.kind) }];
    case 'keys':
      return [{ kind: 'key', ref: named(op.kind) }];
    case 'values':
      return [{ kind: 'value', ref: named(op.kind) }];
    case 'crossValues':
      return [{ kind: 'cross', outer: op.outer ?? 'none', ref: named(op.kind) }];
  }
}

export function refOf(fn: ClosureIndex, infos: readonly ClosureInfo[]): OperationRef {
  const info = infos[fn];
  return info === undefined ? { operation: `closure ${fn}`, site: null } : { operation: info.operation, site: info.site };
}

function calling(
  kind: 'call' | 'callValue' | 'filter',
  op: { readonly fn: ClosureIndex; readonly concurrency?: number },
  infos: readonly ClosureInfo[],
): Extract<Step, { readonly fn: number }> {
  return { kind, fn: op.fn, concurrency: op.concurrency ?? 1, ref: refOf(op.fn, infos) };
}

function named(kind: keyof typeof NAMES): OperationRef {
  return { operation: NAMES[kind], site: null };
}
