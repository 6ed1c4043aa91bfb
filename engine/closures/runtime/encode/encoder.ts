import type { ByteWriter } from '../wire/byte-writer.ts';
import type { CodeCollector } from './code-collector.ts';
import type { EncodeFrame } from './frame.ts';
import type { ShapeWriter } from './shapes.ts';

export interface EncodeOptions {
  /** In a `record` a function is an error; in a `closure` it travels by its site. */
  readonly purpose: 'closure' | 'record';
  /** The body is too large to be copied for nothing. Default false. */
  readonly large?: boolean;
}

/** State of one walk over a graph. */
export interface Encoder {
  readonly options: EncodeOptions;
  readonly out: ByteWriter;
  readonly shapes: ShapeWriter;
  readonly code: CodeCollector;
  /** Number of every node that was opened. */
  readonly ids: Map<object, number>;
  /** Nodes that are open, outermost first. */
  readonly frames: EncodeFrame[];
  /** Open nodes whose children may be functions although the graph is a record. */
  classDepth: number;
  /** A node that is no function was written. */
  holdsObjects: boolean;
  /** Identity of a class that travels by value. Empty while an identity is being computed. */
  readonly uidOf: (key: string, values: readonly unknown[]) => string;
}

export interface EncodedGraph {
  /** The node table. */
  readonly body: Uint8Array;
  readonly code: CodeCollector;
  /** Something in it can be changed by who decodes it: tasks must not share it. */
  readonly holdsObjects: boolean;
}
