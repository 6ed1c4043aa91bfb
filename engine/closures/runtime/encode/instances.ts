import process from 'node:process';
import { types } from 'node:util';
import { errorCode } from '../../../errors/levin-error.ts';
import type { CapturedBroadcast } from '../../shipped-closure.ts';
import { builtinPath } from '../builtins.ts';
import { DRIVER_ONLY } from '../driver-only.ts';
import type { AnyFunction } from '../driver-registry.ts';
import { findImport } from '../import-index.ts';
import { hasPrivateMembers } from '../private-fields.ts';
import { serializerOf } from '../serializers.ts';
import { CARRIES, DESERIALIZE, SERIALIZE } from '../symbols.ts';
import { ERROR_BASES, TAG } from '../wire/tags.ts';
import { writeError } from './builtin-objects.ts';
import type { Encoder } from './encoder.ts';
import type { EncodeFrame } from './frame.ts';
import { propertyLabel } from './frame.ts';
import { NotEncodable } from './not-encodable.ts';
import { ownKeys, processEnv, refuseAccessors } from './plain-objects.ts';

/** Writes an object whose prototype is no built-in one: by its protocol, by its class, or not at all. */
export function writeInstance(e: Encoder, value: object): void {
  const owner = classOf(value);
  const isBroadcast = CARRIES in value;
  if (isBroadcast && e.options.purpose === 'record' && e.classDepth === 0) throw broadcastInRecord();
  // A broadcast cannot be changed by who holds it.
  if (!isBroadcast) e.holdsObjects = true;
  const payload = payloadOf(owner, value);
  if (payload !== null) {
    const carried = isBroadcast ? (Reflect.get(value, CARRIES) as CapturedBroadcast | null) : null;
    if (carried !== null) e.code.broadcasts.set(carried.hash, carried);
    writeProtocol(e, payload);
    return;
  }
  const refused = hopeless(value) ?? (owner === null ? customPrototype(value) : refusal(owner));
  if (owner === null || refused !== null) {
    const use = findImport(value);
    if (use === undefined) throw refused;
    e.out.u8(TAG.IMPORT);
    e.out.varint(e.code.importUse(use));
  } else if (types.isNativeError(value)) {
    writeError(e, value, { base: errorBase(owner), owner });
  } else {
    writeFields(e, value, owner);
  }
}

function writeFields(e: Encoder, value: object, owner: AnyFunction): void {
  const keys = ownKeys(value);
  refuseAccessors(value, keys);
  e.out.u8(TAG.INSTANCE);
  e.shapes.write(keys);
  const source = [owner, ...keys.map((key): unknown => Reflect.get(value, key))];
  const label = (_: EncodeFrame, index: number): string => (index === 0 ? `class ${owner.name}` : propertyLabel(keys[index - 1]));
  e.frames.push({ kind: 'instance', source, keys, length: source.length, next: 0, label });
}

interface Payload {
  readonly owner: AnyFunction;
  readonly data: unknown;
}

/** What the object's own protocol or its class's serializer makes of it; null when it has neither. */
function payloadOf(owner: AnyFunction | null, value: object): Payload | null {
  const own: unknown = Reflect.get(value, SERIALIZE);
  if (typeof own === 'function') {
    const data = callSerialize(owner, () => Reflect.apply(own, value, []));
    if (owner === null || typeof Reflect.get(owner, DESERIALIZE) !== 'function') throw noDeserialize(owner);
    return { owner, data };
  }
  const serializer = owner === null ? undefined : serializerOf(owner);
  return owner === null || serializer === undefined ? null : { owner, data: callSerialize(owner, () => serializer.serialize(value)) };
}

function writeProtocol(e: Encoder, { owner, data }: Payload): void {
  e.out.u8(TAG.PROTOCOL);
  const label = (_: EncodeFrame, index: number): string =>
    index === 0 ? `class ${owner.name}` : `what ${owner.name}'s serialize method returned`;
  e.frames.push({ kind: 'instance', source: [owner, data], keys: null, length: 2, next: 0, label });
}

/** The class whose prototype the object has; null when there is none. */
function classOf(value: object): AnyFunction | null {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== 'object' || prototype === null) return null;
  const owner: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return typeof owner === 'function' && owner.prototype === prototype ? owner : null;
}

function callSerialize(owner: AnyFunction | null, call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const code = errorCode(error);
    if (code === DRIVER_ONLY || code === 'BROADCAST_DESTROYED') throw new NotEncodable(code, text);
    throw new NotEncodable(
      'SERIALIZE_FAILED',
      `an instance of class ${owner?.name ?? '(unknown)'}: its serialize method threw: ${text}. It must return plain data`,
      { cause: error },
    );
  }
}

/** Objects that cannot be copied whatever their class. */
function hopeless(value: object): NotEncodable | null {
  if (value === process.env) return processEnv();
  if (types.isPromise(value)) return new NotEncodable('PROMISE', 'a Promise (await it on the driver first)');
  if (types.isWeakMap(value)) return new NotEncodable('WEAK', 'a WeakMap, whose entries cannot be listed. Use a Map');
  if (types.isWeakSet(value)) return new NotEncodable('WEAK', 'a WeakSet, whose members cannot be listed. Use a Set');
  if (value instanceof WeakRef) return new NotEncodable('WEAK', 'a WeakRef. Capture the object itself');
  if (types.isGeneratorObject(value)) {
    return new NotEncodable('GENERATOR', 'a generator object, whose state is hidden. Copy what it yields into an array');
  }
  if (types.isMapIterator(value) || types.isSetIterator(value) || Object.prototype.toString.call(value).endsWith(' Iterator]')) {
    return new NotEncodable('ITERATOR', 'an iterator, whose state is hidden. Copy what it yields into an array');
  }
  if (types.isSharedArrayBuffer(value)) return new NotEncodable('SHARED', 'a SharedArrayBuffer. Copy it into an ArrayBuffer');
  return null;
}

/** Why instances of a class cannot be copied field by field. */
function refusal(owner: AnyFunction): NotEncodable | null {
  const name = owner.name === '' ? '(anonymous)' : owner.name;
  if (builtinPath(owner) !== undefined) {
    return new NotEncodable('BUILTIN_INSTANCE', `an instance of built-in ${name}, whose state is hidden. Create it inside the function`);
  }
  for (let base: unknown = owner; typeof base === 'function' && base !== Function.prototype; base = Object.getPrototypeOf(base)) {
    const path = builtinPath(base);
    if (path !== undefined && path !== 'Object' && !isErrorBase(path)) {
      return new NotEncodable(
        'BUILTIN_SUBCLASS',
        `an instance of ${name}, a subclass of built-in ${path}; implement the serialize protocol: [Symbol.for('levin.serialize')]() and static [Symbol.for('levin.deserialize')](data)`,
      );
    }
    if (path === undefined && hasPrivateMembers(base)) {
      return new NotEncodable(
        'PRIVATE_FIELDS',
        `an instance of class ${name}, which has #private fields${base === owner ? '' : ` (in its base class ${base.name})`}. Implement [Symbol.for('levin.serialize')]() and static [Symbol.for('levin.deserialize')](data), or call registerSerializer(${name}, …) in an imported module`,
      );
    }
  }
  return null;
}

function errorBase(owner: AnyFunction): number {
  for (let base: unknown = owner; typeof base === 'function'; base = Object.getPrototypeOf(base)) {
    const path = builtinPath(base);
    if (path !== undefined && isErrorBase(path)) return ERROR_BASES.indexOf(path);
  }
  return 0;
}

function isErrorBase(path: string): path is (typeof ERROR_BASES)[number] {
  return (ERROR_BASES as readonly string[]).includes(path);
}

function noDeserialize(owner: AnyFunction | null): NotEncodable {
  const name = owner?.name ?? '(unknown)';
  return new NotEncodable(
    'NO_DESERIALIZE',
    `an instance of class ${name}, which has [Symbol.for('levin.serialize')]() but no static [Symbol.for('levin.deserialize')](data) that makes it again`,
  );
}

function broadcastInRecord(): NotEncodable {
  return new NotEncodable(
    'BROADCAST_IN_RECORD',
    'a Broadcast, which only functions take along. Capture it in the function that needs it, or put its value into the record',
  );
}

function customPrototype(value: object): NotEncodable {
  if (types.isModuleNamespaceObject(value)) {
    return new NotEncodable('NAMESPACE', 'a module namespace object that no user module imports by name. Use `import * as name` instead');
  }
  return new NotEncodable('CUSTOM_PROTOTYPE', 'an object with a custom prototype that is not a class. Use a plain object or a class');
}
