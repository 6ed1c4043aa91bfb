import { LevinError } from '../../../errors/levin-error.ts';
import type { AnyFunction } from '../driver-registry.ts';
import { executorRegistry } from '../executor-registry.ts';
import { serializerOf } from '../serializers.ts';
import { DESERIALIZE } from '../symbols.ts';
import { corrupt } from '../wire/byte-reader.ts';
import { VIEW_KINDS } from '../wire/tags.ts';
import { type Decoder, unusedCode } from './decoder.ts';
import type { DecodeFrame } from './frame.ts';
import { factoryOf } from './resolve-code.ts';

/** Makes the node of a frame that has all its children; fills it where it exists already. */
export function finish(d: Decoder, frame: DecodeFrame): unknown {
  const items = frame.items ?? [];
  switch (frame.kind) {
    case 'map': {
      const map = frame.target as Map<unknown, unknown>;
      for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
      return map;
    }
    case 'set': {
      const set = frame.target as Set<unknown>;
      for (const item of items) set.add(item);
      return set;
    }
    case 'boxed':
      return box(items[0]);
    case 'view':
      return makeView(frame, items[0]);
    case 'method':
      return pickMethod(d, frame, items[0]);
    case 'protocol':
      return deserialize(d, items[0], items[1]);
    case 'closure':
    case 'class':
      return makeFunction(d, frame, items);
    default:
      return frame.target;
  }
}

function box(primitive: unknown): unknown {
  if (primitive === null || primitive === undefined || typeof primitive === 'object' || typeof primitive === 'function') {
    throw corrupt('a boxed value is no primitive');
  }
  return Object(primitive);
}

function makeView(frame: DecodeFrame, buffer: unknown): unknown {
  const { detail } = frame;
  const name = detail?.kind === 'view' ? VIEW_KINDS[detail.view] : undefined;
  const view: unknown = name === undefined ? undefined : Reflect.get(globalThis, name);
  if (detail?.kind !== 'view' || typeof view !== 'function') throw corrupt('unknown kind of view');
  if (!(buffer instanceof ArrayBuffer)) throw corrupt('a view without buffer');
  try {
    return Reflect.construct(view, [buffer, detail.byteOffset, detail.length]);
  } catch (error) {
    if (error instanceof RangeError) throw corrupt(`a view of ${detail.length} elements at ${detail.byteOffset}: ${error.message}`);
    throw error;
  }
}

function pickMethod(d: Decoder, { detail }: DecodeFrame, owner: unknown): unknown {
  if (detail?.kind !== 'method' || typeof owner !== 'function') throw corrupt('a method without class');
  if (owner === unusedCode && d.knownClassDepth > 0) return unusedCode;
  const holder: unknown = detail.isStatic ? owner : owner.prototype;
  const method: unknown =
    typeof holder === 'object' || typeof holder === 'function' ? Reflect.get(holder as object, detail.name) : undefined;
  if (typeof method !== 'function') throw corrupt(`class ${owner.name} has no method ${detail.name}`);
  return method;
}

function deserialize(d: Decoder, owner: unknown, payload: unknown): unknown {
  if (owner === unusedCode && d.knownClassDepth > 0) return unusedCode;
  if (typeof owner !== 'function') throw corrupt('an object with a protocol has no class');
  const serializer = serializerOf(owner);
  const own: unknown = Reflect.get(owner, DESERIALIZE);
  if (typeof own !== 'function' && serializer === undefined) {
    throw new LevinError({
      code: 'UNKNOWN_CODE',
      fault: 'user',
      message: `Class ${owner.name} has neither static [Symbol.for('levin.deserialize')](data) nor a registered serializer here. Call registerSerializer at the top level of an imported module that the function uses, not in the main file.`,
    });
  }
  try {
    return typeof own === 'function' ? Reflect.apply(own, owner, [payload]) : serializer?.deserialize(payload);
  } catch (error) {
    throw rebuildFailed(`an instance of class ${owner.name} (its deserialize method threw)`, error);
  }
}

function makeFunction(d: Decoder, frame: DecodeFrame, items: readonly unknown[]): unknown {
  const { detail } = frame;
  if (detail?.kind !== 'site') return frame.target;
  if (d.kind === 'value' && d.knownClassDepth > 0) return unusedCode;
  const self = detail.selfCount === 1 ? items[0] : undefined;
  const captures = items.slice(detail.selfCount, detail.selfCount + detail.captureCount);
  let fn = frame.target as AnyFunction | undefined;
  try {
    if (frame.setter !== null) frame.setter(captures);
    else fn = Reflect.apply(factoryOf(d, detail.key).factory, self, captures);
  } catch (error) {
    if (error instanceof LevinError) throw error;
    throw rebuildFailed(detail.key, error);
  }
  if (typeof fn !== 'function') throw corrupt(`the factory of ${detail.key} gave no function`);
  const properties = items.slice(detail.selfCount + detail.captureCount);
  for (const [i, value] of properties.entries()) {
    Object.defineProperty(fn, frame.keys?.[i] as PropertyKey, { value, enumerable: true, writable: true, configurable: true });
  }
  if (frame.kind === 'class') remember(fn, { key: detail.key, uid: detail.uid, self: items.slice(0, detail.selfCount), captures });
  return fn;
}

function remember(fn: AnyFunction, built: { key: string; uid: string; self: readonly unknown[]; captures: readonly unknown[] }): void {
  const registry = executorRegistry();
  registry.classesByUid.set(built.uid, fn);
  registry.builtClasses.set(fn, built);
}

export function rebuildFailed(what: string, error: unknown): LevinError {
  const text = error instanceof Error ? error.message : String(error);
  return new LevinError({ code: 'CLOSURE_REBUILD_FAILED', fault: 'user', message: `Cannot rebuild ${what}: ${text}`, cause: error });
}
