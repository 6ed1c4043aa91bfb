import { Buffer } from 'node:buffer';
import { driverRegistry } from '../driver-registry.ts';
import { executorRegistry } from '../executor-registry.ts';
import { corrupt } from '../wire/byte-reader.ts';
import { ERROR_BASES, TAG, VIEW_KINDS } from '../wire/tags.ts';
import { type Decoder, OPENED, PENDING, unusedCode, WITHOUT_CLASS } from './decoder.ts';
import { type FrameKind, openFrame } from './frame.ts';
import { readShape } from './read-shape.ts';
import { resolveTabled } from './resolve-code.ts';

/** Reads what stands between a node's tag and its children. Gives the node, or OPENED when children follow. */
export function openNode(d: Decoder, tag: number): unknown {
  const id = d.nodes.push(PENDING) - 1;
  switch (tag) {
    case TAG.OBJECT:
      return openProperties(d, id, {});
    case TAG.NULL_OBJECT:
      return openProperties(d, id, Object.create(null));
    case TAG.ARRAY:
      return openCounted(d, id, { kind: 'array', target: [], unitBytes: 1 });
    case TAG.MAP:
      return openCounted(d, id, { kind: 'map', target: new Map(), unitBytes: 2 });
    case TAG.SET:
      return openCounted(d, id, { kind: 'set', target: new Set(), unitBytes: 1 });
    case TAG.DICTIONARY:
    case TAG.SPARSE_ARRAY:
    case TAG.ARRAY_WITH_PROPERTIES:
      return openUnusual(d, id, tag);
    case TAG.BOXED:
      return openCollecting(d, { kind: 'boxed', id, count: 1 });
    case TAG.VIEW:
      return openView(d, id);
    case TAG.ERROR:
      return openError(d, id);
    case TAG.INSTANCE:
      return openInstance(d, id);
    case TAG.PROTOCOL:
      return openCollecting(d, { kind: 'protocol', id, count: 2 });
    case TAG.CLOSURE:
      return openClosure(d, id);
    case TAG.CLASS:
      return openClass(d, id);
    case TAG.METHOD:
      return openMethod(d, id);
    default:
      d.nodes[id] = readChildless(d, tag);
      return d.nodes[id];
  }
}

/** Nodes that are whole with what follows their tag. */
function readChildless(d: Decoder, tag: number): unknown {
  switch (tag) {
    case TAG.DATE:
      return new Date(d.reader.f64());
    case TAG.REGEXP:
      return readRegExp(d);
    case TAG.ARRAY_BUFFER:
      return new Uint8Array(readBytes(d)).buffer;
    case TAG.BUFFER:
      return Buffer.from(readBytes(d));
    case TAG.REFERENCE:
    case TAG.IMPORT:
    case TAG.BUILTIN:
    case TAG.REGISTERED:
      return resolveTabled(d, tag, d.reader.varint());
    default:
      throw corrupt(`unknown tag ${tag} at offset ${d.reader.position() - 1}`);
  }
}

function openCollecting(d: Decoder, o: { readonly kind: FrameKind; readonly id: number; readonly count: number }): typeof OPENED {
  openFrame(d, { ...o, collects: true });
  return OPENED;
}

function openInstance(d: Decoder, id: number): typeof OPENED {
  const keys = readShape(d);
  d.nodes[id] = WITHOUT_CLASS;
  openFrame(d, { kind: 'instance', id, count: keys.length + 1, keys });
  return OPENED;
}

function openMethod(d: Decoder, id: number): typeof OPENED {
  const isStatic = d.reader.u8() === 1;
  openFrame(d, { kind: 'method', id, count: 1, collects: true, detail: { kind: 'method', name: d.reader.string(), isStatic } });
  return OPENED;
}

function openProperties(d: Decoder, id: number, target: object): typeof OPENED {
  const keys = readShape(d);
  d.nodes[id] = target;
  openFrame(d, { kind: 'properties', id, count: keys.length, target, keys });
  return OPENED;
}

function openCounted(
  d: Decoder,
  id: number,
  o: { readonly kind: 'array' | 'map' | 'set'; readonly target: object; readonly unitBytes: number },
): typeof OPENED {
  const entries = d.reader.count(o.unitBytes);
  d.nodes[id] = o.target;
  openFrame(d, { kind: o.kind, id, count: o.kind === 'map' ? entries * 2 : entries, target: o.target, collects: o.kind !== 'array' });
  return OPENED;
}

function openUnusual(d: Decoder, id: number, tag: number): typeof OPENED {
  if (tag === TAG.DICTIONARY) {
    const target: object = d.reader.u8() === 1 ? Object.create(null) : {};
    d.nodes[id] = target;
    openFrame(d, { kind: 'dictionary', id, count: d.reader.count(2), target });
    return OPENED;
  }
  const target: unknown[] = [];
  d.nodes[id] = target;
  if (tag === TAG.SPARSE_ARRAY) {
    const length = d.reader.varint();
    if (length > 0xffffffff) throw corrupt(`an array of ${length} elements`);
    target.length = length;
    openFrame(d, { kind: 'sparse', id, count: d.reader.count(2), target });
    return OPENED;
  }
  const length = d.reader.count(1);
  const keys = [...Array.from({ length }, (_, i) => i), ...readShape(d)];
  openFrame(d, { kind: 'properties', id, count: keys.length, target, keys });
  return OPENED;
}

function openView(d: Decoder, id: number): typeof OPENED {
  const view = d.reader.u8();
  if (view >= VIEW_KINDS.length) throw corrupt(`unknown kind of view ${view}`);
  const byteOffset = d.reader.varint();
  openFrame(d, { kind: 'view', id, count: 1, collects: true, detail: { kind: 'view', view, byteOffset, length: d.reader.varint() } });
  return OPENED;
}

function openError(d: Decoder, id: number): typeof OPENED {
  const name = ERROR_BASES[d.reader.u8()];
  const ownerCount = d.reader.u8();
  const hiddenCount = d.reader.varint();
  const keys = readShape(d);
  if (name === undefined || ownerCount > 1) throw corrupt('unknown kind of error');
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const target: Error = name === 'AggregateError' ? new AggregateError([]) : new globalThis[name]();
  Error.stackTraceLimit = stackTraceLimit;
  if (!keys.includes('stack')) delete target.stack;
  d.nodes[id] = target;
  openFrame(d, { kind: 'error', id, count: keys.length + ownerCount, target, keys, detail: { kind: 'error', ownerCount, hiddenCount } });
  return OPENED;
}

function openClosure(d: Decoder, id: number): typeof OPENED {
  const key = siteKey(d);
  const selfCount = d.reader.u8() & 1;
  const captureCount = d.reader.count(1);
  const keys = readShape(d);
  const detail = { kind: 'site', key, uid: '', selfCount, captureCount } as const;
  openFrame(d, { kind: 'closure', id, count: selfCount + captureCount + keys.length, keys, collects: true, detail });
  return OPENED;
}

function openClass(d: Decoder, id: number): typeof OPENED {
  const key = siteKey(d);
  const uid = d.tables.uids[d.reader.varint()];
  if (uid === undefined) throw corrupt('a class without identity');
  const selfCount = d.reader.u8() & 1;
  const count = selfCount + d.reader.count(1);
  const [first, second] = d.side === 'driver' ? [driverRegistry(), executorRegistry()] : [executorRegistry(), null];
  const known = first.classesByUid.get(uid) ?? second?.classesByUid.get(uid) ?? (d.side === 'driver' ? unusedCode : undefined);
  const kind: FrameKind = 'class';
  if (known === undefined) {
    const detail = { kind: 'site', key, uid, selfCount, captureCount: count - selfCount } as const;
    openFrame(d, { kind, id, count, collects: true, detail });
    return OPENED;
  }
  d.nodes[id] = known;
  d.knownClassDepth += 1;
  openFrame(d, { kind, id, count, target: known, collects: true, detail: { kind: 'knownClass' } });
  return OPENED;
}

function siteKey(d: Decoder): string {
  const key = d.tables.sites[d.reader.varint()];
  if (key === undefined) throw corrupt('a function without site');
  return key;
}

function readBytes(d: Decoder): Uint8Array {
  return d.reader.bytes(d.reader.count(1));
}

function readRegExp(d: Decoder): RegExp {
  const source = d.reader.string();
  const flags = d.reader.string();
  try {
    const value = new RegExp(source, flags);
    value.lastIndex = d.reader.varint();
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) throw corrupt(`the regular expression /${source}/${flags}`);
    throw error;
  }
}
