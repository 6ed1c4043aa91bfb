import { corrupt } from '../wire/byte-reader.ts';
import { MAX_DEPTH } from '../wire/tags.ts';
import type { Decoder } from './decoder.ts';

export type FrameKind =
  | 'properties'
  | 'dictionary'
  | 'array'
  | 'sparse'
  | 'map'
  | 'set'
  | 'boxed'
  | 'view'
  | 'error'
  | 'instance'
  | 'protocol'
  | 'closure'
  | 'class'
  | 'method';

/**
 * A node whose children are being read; `taken` of `count` were placed.
 *
 * Objects, arrays, errors and instances exist from the start (`target`) and take their children at once.
 * The other kinds collect them in `items` and are made when all are there. A child that does not exist yet
 * (a closure that is still open) leaves a gap and fills it when it is made; `missing` counts the gaps in `items`.
 */
export interface DecodeFrame {
  readonly kind: FrameKind;
  readonly id: number;
  readonly count: number;
  taken: number;
  target: unknown;
  readonly keys: readonly PropertyKey[] | null;
  readonly items: unknown[] | null;
  missing: number;
  /** All children were read. */
  isRead: boolean;
  /** Key of the next child where the input tells it (`dictionary`, `sparse`). */
  nextKey: PropertyKey;
  readonly detail: FrameDetail | null;
  /** Sets the captures of a function that had to exist before them. */
  setter: ((captures: readonly unknown[]) => void) | null;
  /** Length of the decoder's list of gaps when the node opened. */
  readonly gapsBefore: number;
}

/** What else it takes to make the node. */
type FrameDetail =
  | { readonly kind: 'site'; readonly key: string; readonly uid: string; readonly selfCount: number; readonly captureCount: number }
  | { readonly kind: 'method'; readonly name: string; readonly isStatic: boolean }
  | { readonly kind: 'view'; readonly view: number; readonly byteOffset: number; readonly length: number }
  | { readonly kind: 'error'; readonly ownerCount: number; readonly hiddenCount: number }
  /** A class that this realm has already: its captures are read and dropped. */
  | { readonly kind: 'knownClass' };

interface FrameOptions {
  readonly kind: FrameKind;
  readonly id: number;
  readonly count: number;
  readonly target?: unknown;
  readonly keys?: readonly PropertyKey[];
  readonly collects?: boolean;
  readonly detail?: FrameDetail;
}

export function openFrame(d: Decoder, o: FrameOptions): void {
  if (d.frames.length >= MAX_DEPTH) throw corrupt(`values are nested more than ${MAX_DEPTH} levels deep`);
  d.frames.push({
    kind: o.kind,
    id: o.id,
    count: o.count,
    taken: 0,
    target: o.target,
    keys: o.keys ?? null,
    items: o.collects === true ? [] : null,
    missing: 0,
    isRead: false,
    nextKey: 0,
    detail: o.detail ?? null,
    setter: null,
    gapsBefore: d.gaps.length,
  });
}
