import process from 'node:process';
import { LevinError } from '../../../errors/levin-error.ts';
import { type ByteReader, corrupt, createByteReader } from './byte-reader.ts';
import { type ByteWriter, createByteWriter } from './byte-writer.ts';
import { type CodeTables, emptyTables } from './tables.ts';
import { FORMAT_VERSION } from './tags.ts';

/** A closure names code, so both sides must run it alike; a value is data. */
export type PayloadKind = 'closure' | 'value';

const MAGIC = { closure: 0xc1, value: 0xc2 } as const;
const NODE_MAJOR = Number.parseInt(process.versions.node, 10);

/** Bits of the flags byte. */
const HAS_TABLES = 1;
const HOLDS_OBJECTS = 2;

export interface PayloadParts {
  readonly tables: CodeTables;
  readonly body: Uint8Array;
  /** Something in it can be changed by who decodes it: an array, a map, an instance … */
  readonly holdsObjects: boolean;
}

/**
 * ```
 * payload = magic, format version, Node major (closures), flags, tables?, node table
 * ```
 */
export function joinPayload(kind: PayloadKind, { body, ...parts }: PayloadParts): Uint8Array {
  const out = createByteWriter();
  writeHeader(out, kind, parts);
  out.bytes(body);
  return out.finish();
}

/** What stands before the node table. */
export function payloadHeader(kind: PayloadKind, parts: Omit<PayloadParts, 'body'>): Uint8Array {
  const out = createByteWriter();
  writeHeader(out, kind, parts);
  return out.finish();
}

function writeHeader(out: ByteWriter, kind: PayloadKind, { tables, holdsObjects }: Omit<PayloadParts, 'body'>): void {
  out.u8(MAGIC[kind]);
  out.u8(FORMAT_VERSION);
  if (kind === 'closure') out.varint(NODE_MAJOR);
  const isEmpty = Object.values(tables).every((table: readonly unknown[]) => table.length === 0);
  out.u8((isEmpty ? 0 : HAS_TABLES) | (holdsObjects ? HOLDS_OBJECTS : 0));
  if (!isEmpty) writeTables(out, tables);
}

export interface PayloadHeader {
  readonly tables: CodeTables;
  readonly holdsObjects: boolean;
  readonly reader: ByteReader;
}

/** Reads up to the node table, where it leaves the reader. */
export function readHeader(bytes: Uint8Array, kind: PayloadKind): PayloadHeader {
  const reader = createByteReader(bytes);
  if (reader.u8() !== MAGIC[kind]) throw corrupt(`it does not begin like an encoded ${kind}`);
  const version = reader.u8();
  if (version !== FORMAT_VERSION) throw mismatch(`format ${version}`, `format ${FORMAT_VERSION}`);
  if (kind === 'closure') {
    const major = reader.varint();
    if (major !== NODE_MAJOR) throw mismatch(`Node ${major}`, `Node ${NODE_MAJOR}`);
  }
  const flags = reader.u8();
  if (flags > (HAS_TABLES | HOLDS_OBJECTS)) throw corrupt(`flags are 0 to 3, found ${flags}`);
  return { tables: (flags & HAS_TABLES) !== 0 ? readTables(reader) : emptyTables(), holdsObjects: (flags & HOLDS_OBJECTS) !== 0, reader };
}

/** The payload's kind by its first byte. */
export function payloadKind(bytes: Uint8Array): PayloadKind {
  return bytes[0] === MAGIC.value ? 'value' : 'closure';
}

function mismatch(written: string, here: string): LevinError {
  return new LevinError({
    code: 'PAYLOAD_MISMATCH',
    fault: 'user',
    message: `A payload was written with ${written}, but this executor runs ${here}. Driver and executors must run the same levin and the same major version of Node.`,
    details: { written, here },
  });
}

function writeTables(out: ByteWriter, tables: CodeTables): void {
  const strings = (items: readonly string[]): void => {
    for (const item of items) out.string(item);
  };
  for (const table of [tables.sites, tables.uids, tables.names]) {
    out.varint(table.length);
    strings(table);
  }
  out.varint(tables.references.length);
  for (const { moduleId, name } of tables.references) strings([moduleId, name]);
  out.varint(tables.imports.length);
  for (const { moduleId, source, imported, member } of tables.imports) strings([moduleId, source, imported, member]);
}

function readTables(reader: ByteReader): CodeTables {
  const strings = (): string[] => Array.from({ length: reader.count(1) }, () => reader.string());
  const sites = strings();
  const uids = strings();
  const names = strings();
  const references = Array.from({ length: reader.count(2) }, () => ({ moduleId: reader.string(), name: reader.string() }));
  const imports = Array.from({ length: reader.count(4) }, () => ({
    moduleId: reader.string(),
    source: reader.string(),
    imported: reader.string(),
    member: reader.string(),
  }));
  return { sites, uids, references, imports, names };
}
