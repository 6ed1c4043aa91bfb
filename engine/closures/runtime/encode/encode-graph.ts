import { types } from 'node:util';
import { uidOfClass } from '../class-uid.ts';
import { findImport } from '../import-index.ts';
import { createByteWriter } from '../wire/byte-writer.ts';
import { MAX_DEPTH, SMALL_INT, TAG } from '../wire/tags.ts';
import { builtinHandler } from './builtin-objects.ts';
import { createCodeCollector } from './code-collector.ts';
import type { EncodedGraph, EncodeOptions, Encoder } from './encoder.ts';
import type { EncodeFrame } from './frame.ts';
import { writeFunction } from './functions.ts';
import { writeInstance } from './instances.ts';
import { NotEncodable } from './not-encodable.ts';
import { writePrimitive } from './primitives.ts';
import { createShapeWriter } from './shapes.ts';

/**
 * Writes the graph below `root` as a node table: one walk with an explicit stack, every object once.
 * The bytes are a function of the graph alone (Map and Set order and the order of an object's keys count), so lineage
 * fingerprints are made from them; what is named by number in the tables is resolved apart.
 *
 * @throws NotEncodable with the path of the first value that cannot travel
 */
export function encodeGraph(root: unknown, options: EncodeOptions): EncodedGraph {
  return walk(root, options, (key, values) => uidOfClass(key, encodeGraphForIdentity(values)));
}

/** As `encodeGraph`, with empty uids: identities of classes are made from this. */
function encodeGraphForIdentity(root: unknown): EncodedGraph {
  return walk(root, { purpose: 'closure' }, () => '');
}

function walk(root: unknown, options: EncodeOptions, uidOf: Encoder['uidOf']): EncodedGraph {
  const out = createByteWriter();
  const code = createCodeCollector();
  const e: Encoder = {
    options,
    out,
    shapes: createShapeWriter(out),
    code,
    ids: new Map(),
    frames: [],
    classDepth: 0,
    holdsObjects: false,
    uidOf,
  };
  try {
    writeValue(e, root);
    while (e.frames.length > 0) writeChildren(e, e.frames[e.frames.length - 1] as EncodeFrame);
  } catch (error) {
    if (error instanceof NotEncodable) error.path = [...e.frames.map((frame) => frame.label(frame, frame.next - 1)), ...error.path];
    throw error;
  }
  return { body: options.large === true ? out.view() : out.finish(), code, holdsObjects: e.holdsObjects };
}

/** Writes children of the innermost open node until one of them opens a node itself or there are no more. */
function writeChildren(e: Encoder, frame: EncodeFrame): void {
  const depth = e.frames.length;
  if (depth > MAX_DEPTH)
    throw new NotEncodable('TOO_DEEP', `a value nested more than ${MAX_DEPTH} levels deep. Use an array instead of links`);
  while (frame.next < frame.length) {
    const index = frame.next;
    frame.next = index + 1;
    writeValue(e, childAt(e, frame, index));
    if (e.frames.length !== depth) return;
  }
  if (frame.kind === 'class') e.classDepth -= 1;
  e.frames.pop();
}

function childAt(e: Encoder, frame: EncodeFrame, index: number): unknown {
  if (frame.keys === null || frame.kind === 'list' || frame.kind === 'instance') return (frame.source as readonly unknown[])[index];
  const key = frame.keys[index] as PropertyKey;
  if (frame.kind === 'dictionary') e.out.string(String(key));
  if (frame.kind === 'sparse') e.out.varint(Number(key));
  return (frame.source as Readonly<Record<PropertyKey, unknown>>)[key];
}

function writeValue(e: Encoder, value: unknown): void {
  if (typeof value === 'object' && value !== null) {
    writeNode(e, value);
    return;
  }
  if (typeof value === 'function') {
    writeNode(e, value);
    return;
  }
  if (typeof value === 'number' && value >= 1 && value <= 127 && (value | 0) === value) {
    e.out.u8(SMALL_INT + value);
    return;
  }
  if (typeof value === 'string') {
    e.out.string(value);
    return;
  }
  writePrimitive(e.out, value);
}

function writeNode(e: Encoder, value: object): void {
  const known = e.ids.get(value);
  if (known !== undefined) {
    e.out.u8(TAG.REF);
    e.out.varint(known);
    return;
  }
  e.ids.set(value, e.ids.size);
  if (types.isProxy(value)) {
    writeProxy(e, value);
    return;
  }
  if (typeof value === 'function') {
    writeFunction(e, value);
    return;
  }
  const handler = types.isModuleNamespaceObject(value) ? undefined : builtinHandler(Object.getPrototypeOf(value));
  if (handler === undefined) {
    writeInstance(e, value);
    return;
  }
  e.holdsObjects = true;
  handler(e, value as never);
}

/** Vitest hands over modules as proxies: those are found again by name. */
function writeProxy(e: Encoder, value: object): void {
  const use = findImport(value);
  if (use === undefined)
    throw new NotEncodable('PROXY', 'a Proxy, whose target and handler are hidden. Capture the plain object behind it');
  e.out.u8(TAG.IMPORT);
  e.out.varint(e.code.importUse(use));
}
