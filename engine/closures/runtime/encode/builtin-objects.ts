import { Buffer } from 'node:buffer';
import { types } from 'node:util';
import { ERROR_BASES, TAG, VIEW_KINDS } from '../wire/tags.ts';
import type { Encoder } from './encoder.ts';
import { labels } from './frame.ts';
import { NotEncodable } from './not-encodable.ts';
import { ownKeys, refuseAccessors, writeArray, writePlainObject } from './plain-objects.ts';

type Handler = (e: Encoder, value: never) => void;

let handlers: Map<object | null, Handler> | null = null;

/**
 * How objects with exactly this prototype are written. Exactly: a check such as `instanceof Map` or `Array.isArray`
 * would take subclasses too and strip them silently.
 */
export function builtinHandler(prototype: object | null): Handler | undefined {
  handlers ??= createHandlers();
  return handlers.get(prototype);
}

function createHandlers(): Map<object | null, Handler> {
  const table: [object | null, Handler][] = [
    [Object.prototype, writePlainObject],
    [null, writePlainObject],
    [Array.prototype, writeArray],
    [Map.prototype, writeMap],
    [Set.prototype, writeSet],
    [Date.prototype, writeDate],
    [RegExp.prototype, writeRegExp],
    [ArrayBuffer.prototype, writeArrayBuffer],
    [Buffer.prototype, writeBuffer],
  ];
  for (const boxed of [Number, String, Boolean, BigInt, Symbol]) table.push([boxed.prototype, writeBoxed]);
  for (const [kind, name] of VIEW_KINDS.entries()) {
    const view: unknown = Reflect.get(globalThis, name);
    if (typeof view === 'function') table.push([view.prototype, (e: Encoder, value: ArrayBufferView) => writeView(e, value, kind)]);
  }
  for (const [base, name] of ERROR_BASES.entries()) {
    const error: unknown = Reflect.get(globalThis, name);
    if (typeof error === 'function')
      table.push([error.prototype, (e: Encoder, value: Error) => writeError(e, value, { base, owner: null })]);
  }
  return new Map(table);
}

function writeMap(e: Encoder, value: Map<unknown, unknown>): void {
  checkPlain(value, types.isMap(value), 'Map');
  const source: unknown[] = [];
  for (const [key, item] of value) source.push(key, item);
  e.out.u8(TAG.MAP);
  e.out.varint(value.size);
  e.frames.push({ kind: 'list', source, keys: null, length: source.length, next: 0, label: labels.mapPart });
}

function writeSet(e: Encoder, value: Set<unknown>): void {
  checkPlain(value, types.isSet(value), 'Set');
  const source = [...value];
  e.out.u8(TAG.SET);
  e.out.varint(source.length);
  e.frames.push({ kind: 'list', source, keys: null, length: source.length, next: 0, label: labels.member });
}

function writeDate(e: Encoder, value: Date): void {
  checkPlain(value, types.isDate(value), 'Date');
  e.out.u8(TAG.DATE);
  e.out.f64(value.getTime());
}

function writeRegExp(e: Encoder, value: RegExp): void {
  checkPlain(value, types.isRegExp(value), 'RegExp');
  e.out.u8(TAG.REGEXP);
  e.out.string(value.source);
  e.out.string(value.flags);
  e.out.varint(value.lastIndex);
}

function writeBoxed(e: Encoder, value: object): void {
  if (!types.isBoxedPrimitive(value)) throw customPrototype(value);
  const primitive: unknown = value.valueOf();
  const extra = Object.keys(value).length - (typeof primitive === 'string' ? primitive.length : 0);
  if (extra !== 0) throw ownProperties(Object.keys(value).at(-1), 'boxed primitive');
  e.out.u8(TAG.BOXED);
  e.frames.push({ kind: 'list', source: [primitive], keys: null, length: 1, next: 0, label: labels.inner });
}

function writeArrayBuffer(e: Encoder, value: ArrayBuffer): void {
  checkPlain(value, types.isArrayBuffer(value), 'ArrayBuffer');
  if (value.resizable) throw new NotEncodable('RESIZABLE', 'a resizable ArrayBuffer. Copy it with .slice(0)');
  if (value.detached) throw new NotEncodable('DETACHED', 'an ArrayBuffer that was transferred away. Capture the one it became');
  e.out.u8(TAG.ARRAY_BUFFER);
  e.out.varint(value.byteLength);
  e.out.bytes(new Uint8Array(value));
}

/** Only its own bytes: small Buffers are windows on a pool that holds other people's data. */
function writeBuffer(e: Encoder, value: Buffer): void {
  if (!Buffer.isBuffer(value)) throw customPrototype(value);
  e.out.u8(TAG.BUFFER);
  e.out.varint(value.length);
  e.out.bytes(value);
}

function writeView(e: Encoder, value: ArrayBufferView & { readonly length?: number }, kind: number): void {
  if (!ArrayBuffer.isView(value)) throw customPrototype(value);
  if (types.isSharedArrayBuffer(value.buffer)) throw new NotEncodable('SHARED', 'a view of a SharedArrayBuffer. Copy it with .slice()');
  e.out.u8(TAG.VIEW);
  e.out.u8(kind);
  e.out.varint(value.byteOffset);
  e.out.varint(value.length ?? value.byteLength);
  e.frames.push({ kind: 'list', source: [value.buffer], keys: null, length: 1, next: 0, label: labels.inner });
}

/** Properties of an error that exist without being enumerable. */
const HIDDEN = ['message', 'stack', 'cause', 'errors', 'name'] as const;

/** `owner` is the class of the error when it is not a built-in one. */
export function writeError(e: Encoder, value: Error, o: { readonly base: number; readonly owner: unknown }): void {
  if (!types.isNativeError(value)) throw customPrototype(value);
  const enumerable = ownKeys(value);
  refuseAccessors(value, enumerable);
  const hidden = HIDDEN.filter((key) => Object.hasOwn(value, key) && !enumerable.includes(key));
  const keys: PropertyKey[] = [...hidden, ...enumerable];
  e.out.u8(TAG.ERROR);
  e.out.u8(o.base);
  e.out.u8(o.owner === null ? 0 : 1);
  e.out.varint(hidden.length);
  e.shapes.write(keys);
  const values = keys.map((key): unknown => Reflect.get(value, key));
  if (o.owner === null) {
    e.frames.push({ kind: 'list', source: values, keys, length: keys.length, next: 0, label: labels.property });
  } else {
    const label = (_: unknown, index: number): string => (index === 0 ? `class ${value.name}` : `.${String(keys[index - 1])}`);
    e.frames.push({ kind: 'instance', source: [o.owner, ...values], keys, length: keys.length + 1, next: 0, label });
  }
}

function checkPlain(value: object, isReal: boolean, what: string): void {
  if (!isReal) throw customPrototype(value);
  const [key] = ownKeys(value);
  if (key !== undefined) throw ownProperties(key, what);
}

function ownProperties(key: PropertyKey | undefined, what: string): NotEncodable {
  return new NotEncodable(
    'OWN_PROPERTIES',
    `a ${what} with the own property ${JSON.stringify(String(key))}, which would be lost. Keep it beside the ${what} in a plain object`,
  );
}

function customPrototype(value: object): NotEncodable {
  return new NotEncodable(
    'CUSTOM_PROTOTYPE',
    `an object with the prototype of a built-in (${Object.prototype.toString.call(value)}) that is none. Use a plain object`,
  );
}
