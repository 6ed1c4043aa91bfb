import { builtinPath } from '../builtins.ts';
import { describeSite } from '../describe-site.ts';
import { type AnyFunction, driverRegistry, type MemberOf, type SiteHandle } from '../driver-registry.ts';
import { executorRegistry } from '../executor-registry.ts';
import { findImport } from '../import-index.ts';
import { findReference } from '../reference-index.ts';
import { registrations } from '../registrations.ts';
import { SITE, THUNK } from '../symbols.ts';
import { TAG } from '../wire/tags.ts';
import type { Encoder } from './encoder.ts';
import type { EncodeFrame } from './frame.ts';
import { propertyLabel } from './frame.ts';
import { NotEncodable } from './not-encodable.ts';
import { refuseAccessors } from './plain-objects.ts';
import { unknownFunction } from './unknown-function.ts';

/** The site of an annotated function. Own property only: a class inherits from its base class. */
export function siteOf(fn: AnyFunction): SiteHandle | undefined {
  return Object.hasOwn(fn, SITE) ? (fn as { [SITE]?: SiteHandle })[SITE] : undefined;
}

/** Writes a function or class by the way in which an executor gets at it. */
export function writeFunction(e: Encoder, fn: AnyFunction): void {
  const parent = e.frames[e.frames.length - 1];
  const isClassSlot = parent !== undefined && parent.kind === 'instance' && parent.next === 1;
  if (e.options.purpose === 'record' && e.classDepth === 0 && !isClassSlot) throw functionAsRecord(fn);
  const site = siteOf(fn);
  if (site !== undefined) {
    writeSite(e, fn, site);
    return;
  }
  const tabled = tabledEntry(e, fn);
  const built = executorRegistry().builtClasses.get(fn);
  const member = driverRegistry().members.get(fn);
  if (tabled !== null) writeTabled(e, tabled[0], tabled[1]);
  else if (built !== undefined) writeClass(e, { handle: null, ...built, label: `class ${fn.name}` });
  else if (member !== undefined) writeMethod(e, member);
  else throw unknownFunction(fn, isClassSlot);
}

/** Tag and number of a function that is found by name. */
function tabledEntry(e: Encoder, fn: AnyFunction): readonly [tag: number, number: number] | null {
  const path = builtinPath(fn);
  if (path !== undefined) return [TAG.BUILTIN, e.code.name(path)];
  const id = registrations().idOf.get(fn);
  if (id !== undefined) return [TAG.REGISTERED, e.code.name(id)];
  if (executorRegistry().builtClasses.has(fn) || driverRegistry().members.has(fn)) return null;
  const reference = findReference(fn);
  if (reference !== undefined) return [TAG.REFERENCE, e.code.reference(reference.moduleId, reference.name, null)];
  const use = findImport(fn);
  return use === undefined ? null : [TAG.IMPORT, e.code.importUse(use)];
}

function writeMethod(e: Encoder, { owner, name, isStatic }: MemberOf): void {
  e.out.u8(TAG.METHOD);
  e.out.u8(isStatic ? 1 : 0);
  e.out.string(name);
  const label = (): string => `method ${name} of class ${owner.name}`;
  e.frames.push({ kind: 'instance', source: [owner], keys: null, length: 1, next: 0, label });
}

function writeTabled(e: Encoder, tag: number, number: number): void {
  e.out.u8(tag);
  e.out.varint(number);
}

function writeSite(e: Encoder, fn: AnyFunction, handle: SiteHandle): void {
  const { meta, module } = handle;
  if (meta.error !== null) {
    const { code, message, line, column, frame } = meta.error;
    throw new NotEncodable(code, message, { frame: `  at ${module.moduleId}:${line}:${column}\n${frame}` });
  }
  if (meta.ref !== null) {
    writeTabled(e, TAG.REFERENCE, e.code.reference(module.moduleId, meta.ref, handle));
    return;
  }
  const values = capturedValues(fn, handle);
  const [self, captures] = meta.self ? [values.slice(0, 1), values.slice(1)] : [[], values];
  if (meta.kind === 'class') {
    const label = describeSite(handle);
    const uid = uidOf(e, handle, values);
    if (uid !== '') driverRegistry().classesByUid.set(uid, fn);
    writeClass(e, { handle, key: meta.key, uid, self, captures, label });
    return;
  }
  writeClosure(e, fn, handle, values);
}

/** The identity is computed on a walk of its own, whose root is the list of captured values. */
function uidOf(e: Encoder, handle: SiteHandle, values: readonly unknown[]): string {
  const { key, self, captures } = handle.meta;
  try {
    return e.uidOf(key, values);
  } catch (error) {
    if (error instanceof NotEncodable) {
      const index = Number(/\d+/.exec(error.path[0] ?? '')?.[0]);
      const name = self ? ['this', ...captures][index] : captures[index];
      error.path = [`${describeSite(handle)} captures \`${name}\``, ...error.path.slice(1)];
    }
    throw error;
  }
}

function writeClosure(e: Encoder, fn: AnyFunction, handle: SiteHandle, values: readonly unknown[]): void {
  const { meta } = handle;
  const keys = ownProperties(fn, handle);
  e.out.u8(TAG.CLOSURE);
  e.out.varint(e.code.site(meta.key, handle));
  e.out.u8(meta.self ? 1 : 0);
  e.out.varint(meta.captures.length);
  e.shapes.write(keys);
  const source = keys.length === 0 ? values : [...values, ...keys.map((key): unknown => Reflect.get(fn, key))];
  const names = meta.self ? ['this', ...meta.captures] : meta.captures;
  const label = (_: EncodeFrame, index: number): string => {
    const name = names[index];
    return name === undefined
      ? `${describeSite(handle)} ${propertyLabel(keys[index - names.length])}`
      : `${describeSite(handle)} captures \`${name}\``;
  };
  e.frames.push({ kind: 'list', source, keys, length: source.length, next: 0, label });
}

interface ClassParts {
  readonly handle: SiteHandle | null;
  readonly key: string;
  readonly uid: string;
  readonly self: readonly unknown[];
  readonly captures: readonly unknown[];
  readonly label: string;
}

function writeClass(e: Encoder, o: ClassParts): void {
  e.out.u8(TAG.CLASS);
  e.out.varint(e.code.site(o.key, o.handle));
  e.out.varint(e.code.uid(o.uid));
  e.out.u8(o.self.length);
  e.out.varint(o.captures.length);
  const source = [...o.self, ...o.captures];
  const names = o.self.length === 1 ? ['this', ...(o.handle?.meta.captures ?? [])] : (o.handle?.meta.captures ?? []);
  const label = (_: EncodeFrame, index: number): string => `${o.label} captures \`${names[index] ?? `capture ${index}`}\``;
  e.classDepth += 1;
  e.frames.push({ kind: 'class', source, keys: null, length: source.length, next: 0, label });
}

function capturedValues(fn: AnyFunction, handle: SiteHandle): readonly unknown[] {
  const thunk = (fn as { [THUNK]?: () => readonly unknown[] })[THUNK];
  try {
    return thunk?.() ?? [];
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new NotEncodable(
      'NOT_INITIALISED',
      `${describeSite(handle)} captures a variable that is not initialised yet (${error.message}). Move the declaration above the call`,
      { cause: error },
    );
  }
}

const NOT_OWN: ReadonlySet<PropertyKey> = new Set<PropertyKey>(['length', 'name', 'prototype', 'arguments', 'caller', SITE, THUNK]);

/** Properties that the user gave to the function. */
function ownProperties(fn: AnyFunction, handle: SiteHandle): readonly PropertyKey[] {
  const all = Reflect.ownKeys(fn);
  const keys = all.length <= 4 && all.every((key) => NOT_OWN.has(key)) ? [] : all.filter((key) => !NOT_OWN.has(key));
  refuseAccessors(fn, keys);
  const prototype: unknown = all.includes('prototype') ? Reflect.get(fn, 'prototype') : undefined;
  if (typeof prototype === 'object' && prototype !== null && Reflect.ownKeys(prototype).some((key) => key !== 'constructor')) {
    throw new NotEncodable('PROTOTYPE', `${describeSite(handle)}, which has methods on its prototype. Write it as a class`);
  }
  return keys;
}

function functionAsRecord(fn: AnyFunction): NotEncodable {
  const name = fn.name === '' ? '' : ` ${fn.name}`;
  const origin = siteOf(fn) === undefined && driverRegistry().modules.size === 0 ? ' was created on an executor;' : ':';
  return new NotEncodable('FUNCTION_AS_RECORD', `a function${name}${origin} functions cannot be data records. Return plain data instead`);
}
