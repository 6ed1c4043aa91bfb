/**
 * First byte of a value in the node table.
 *
 * ```
 * value   = 0x80..0xFF                        an integer 0..127
 *         | 0x40..0x7F utf8                   a string of 0..63 bytes
 *         | tag fields… children…
 * ```
 * Tags from `OBJECT` on open a node; nodes are numbered in the order in which they open and `REF` names one again.
 * Children follow their parent, so the table is written and read with an explicit stack of open nodes.
 * Raise `FORMAT_VERSION` with every change: fingerprints are made from these bytes.
 */
export const TAG = {
  UNDEFINED: 0,
  NULL: 1,
  TRUE: 2,
  FALSE: 3,
  /** zigzag varint */
  INT: 4,
  F64: 5,
  /** sign byte, byte count, magnitude in little endian */
  BIGINT: 6,
  /** byte count, UTF-8: strings without lone surrogates */
  UTF8: 7,
  /** byte count, UTF-16LE: strings with lone surrogates */
  UTF16: 8,
  /** string: its key in the registry of symbols */
  SYMBOL: 9,
  /** string: property name of Symbol */
  WELL_KNOWN_SYMBOL: 10,
  /** node number */
  REF: 11,

  /** shape; one child per key */
  OBJECT: 16,
  /** shape; one child per key */
  NULL_OBJECT: 17,
  /** null prototype flag, count; then key string and child, each */
  DICTIONARY: 18,
  /** length; one child each */
  ARRAY: 19,
  /** length, count; then index and child, each */
  SPARSE_ARRAY: 20,
  /** length, shape of the further properties; children of both */
  ARRAY_WITH_PROPERTIES: 21,
  /** count; key and value children in turn */
  MAP: 22,
  /** count; children */
  SET: 23,
  /** f64 */
  DATE: 24,
  /** string source, string flags, varint lastIndex */
  REGEXP: 25,
  /** child: the primitive */
  BOXED: 26,
  /** byte count, bytes */
  ARRAY_BUFFER: 27,
  /** kind, byte offset, length; child: the buffer */
  VIEW: 28,
  /** byte count, bytes */
  BUFFER: 29,
  /** base, class flag, count of hidden properties, shape; child: class if flagged; children of the shape */
  ERROR: 30,
  /** shape; child: class; children of the shape */
  INSTANCE: 31,
  /** children: class, payload */
  PROTOCOL: 32,
  /** site, this flag, count of captures, shape of own properties; children of all */
  CLOSURE: 33,
  /** site, uid, this flag, count of captures; children */
  CLASS: 34,
  /** reference: a top-level binding of a user module */
  REFERENCE: 35,
  /** import: an imported binding of a user module */
  IMPORT: 36,
  /** name: path in the table of built-ins */
  BUILTIN: 37,
  /** static flag, string; child: class */
  METHOD: 38,
  /** name: id of a registered class */
  REGISTERED: 39,
} as const;

export const SHORT_STRING = 0x40;
export const SMALL_INT = 0x80;

export const FORMAT_VERSION = 1;

/** Nodes open inside one another: bounds what a corrupt input can make the decoder hold. */
export const MAX_DEPTH = 4_000_000;

/** Objects with more keys are dictionaries: their key lists are not worth a table. */
export const MAX_SHAPE_KEYS = 64;

/** Views by wire number; append only. */
export const VIEW_KINDS = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
  'Float16Array',
] as const;

/** Built-in errors by wire number; append only. */
export const ERROR_BASES = [
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'ReferenceError',
  'EvalError',
  'URIError',
  'AggregateError',
] as const;
