import type { ByteReader } from '../wire/byte-reader.ts';
import type { PayloadKind } from '../wire/header.ts';
import type { CodeTables } from '../wire/tables.ts';
import type { DecodeFrame } from './frame.ts';

/** Whose classes a decoded value gets: the driver's own, or those of the modules that executors load. */
export type Side = 'driver' | 'executor';

/** Stands for a node that cannot be made before others are: a closure, a class, an object with a protocol. */
export const PENDING: unique symbol = Symbol('pending');
/** Stands for a node whose children come next in the input. */
export const OPENED: unique symbol = Symbol('opened');
/** Stands for an instance of which the class is not read yet. */
export const WITHOUT_CLASS: unique symbol = Symbol('without class');

/** A gap that waits for a node. A key of -1 only counts. */
interface Gap {
  readonly frame: DecodeFrame;
  readonly key: PropertyKey;
}

/** State of one decoding. */
export interface Decoder {
  readonly reader: ByteReader;
  readonly tables: CodeTables;
  readonly kind: PayloadKind;
  readonly side: Side;
  /** Node by number; PENDING until it is made. */
  readonly nodes: unknown[];
  readonly shapes: (readonly PropertyKey[])[];
  /** Open nodes, outermost first. */
  readonly frames: DecodeFrame[];
  readonly waiting: Map<number, Gap[]>;
  /** Nodes that are read but not made, in order. */
  readonly late: Set<DecodeFrame>;
  /** Number of the node that the last PENDING stands for. */
  pendingId: number;
  /** Numbers of pending nodes in the order in which gaps for them appeared. */
  readonly gaps: number[];
  /** Open classes that this realm has already: code inside them is not needed again. */
  knownClassDepth: number;
}

/**
 * Stands for code inside a class that this realm has already, where that code cannot be made (on the driver).
 * Nothing of a record can point to it.
 */
export function unusedCode(): never {
  throw new Error('levin: code inside a known class was used by a record');
}
