import { LevinError } from '../../../errors/levin-error.ts';
import { corrupt } from '../wire/byte-reader.ts';
import { type Decoder, PENDING, unusedCode, WITHOUT_CLASS } from './decoder.ts';
import type { DecodeFrame } from './frame.ts';

/** Gives the innermost open node its next child. */
export function placeNext(d: Decoder, frame: DecodeFrame, value: unknown): void {
  const key = keyOfNext(frame);
  frame.taken += 1;
  if (value !== PENDING) {
    place(d, frame, key, value);
    return;
  }
  d.gaps.push(d.pendingId);
  addGap(d, d.pendingId, { frame, key });
  place(d, frame, key, undefined);
}

export function addGap(d: Decoder, id: number, gap: { readonly frame: DecodeFrame; readonly key: PropertyKey }): void {
  const gaps = d.waiting.get(id);
  if (gaps === undefined) d.waiting.set(id, [gap]);
  else gaps.push(gap);
  if (gap.frame.items !== null) gap.frame.missing += 1;
}

function keyOfNext(frame: DecodeFrame): PropertyKey {
  if (frame.kind === 'properties') return frame.keys?.[frame.taken] as PropertyKey;
  if (frame.kind === 'dictionary' || frame.kind === 'sparse') return frame.nextKey;
  return frame.taken;
}

/** Puts a child where it belongs; also later, over a gap. */
export function place(d: Decoder, frame: DecodeFrame, key: PropertyKey, value: unknown): void {
  switch (frame.kind) {
    case 'array':
      (frame.target as unknown[])[key as number] = value;
      return;
    case 'properties':
    case 'dictionary':
    case 'sparse':
      setProperty(frame.target as object, key, value);
      return;
    case 'error':
      placeInError(d, frame, Number(key), value);
      return;
    case 'instance':
      placeInInstance(d, frame, Number(key), value);
      return;
    default:
      if (frame.items !== null && key !== -1) frame.items[Number(key)] = value;
  }
}

function setProperty(target: object, key: PropertyKey, value: unknown): void {
  // An assignment to `__proto__` would change the prototype instead.
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  else (target as Record<PropertyKey, unknown>)[key] = value;
}

function placeInError(d: Decoder, frame: DecodeFrame, index: number, value: unknown): void {
  const { detail } = frame;
  if (detail?.kind !== 'error') return;
  if (index < detail.ownerCount) {
    if (value !== undefined) Object.setPrototypeOf(frame.target, prototypeOf(d, value));
    return;
  }
  const at = index - detail.ownerCount;
  const key = frame.keys?.[at];
  if (key === undefined) return;
  Object.defineProperty(frame.target, key, { value, enumerable: at >= detail.hiddenCount, writable: true, configurable: true });
}

/** Child 0 is the class. A class that does not exist yet (value undefined) gives its prototype later. */
function placeInInstance(d: Decoder, frame: DecodeFrame, index: number, value: unknown): void {
  if (index === 0) {
    const shell = d.nodes[frame.id];
    if (shell === WITHOUT_CLASS) d.nodes[frame.id] = value === undefined ? {} : Object.create(prototypeOf(d, value));
    else if (value !== undefined) Object.setPrototypeOf(shell, prototypeOf(d, value));
    frame.target = d.nodes[frame.id];
    return;
  }
  const target = frame.target as object;
  const key = frame.keys?.[index - 1];
  if (key === undefined) return;
  // A field may bear the name of something on the prototype, a setter for example.
  if (key in target) Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  else (target as Record<PropertyKey, unknown>)[key] = value;
}

function prototypeOf(d: Decoder, owner: unknown): object {
  if (owner === unusedCode) {
    if (d.knownClassDepth > 0) return Object.prototype;
    throw new LevinError({
      code: 'UNKNOWN_CODE',
      fault: 'user',
      message:
        'A record is an instance of a class that this driver never shipped. Declare the class at the top level of a module, or before the call whose function makes its instances.',
    });
  }
  if (typeof owner !== 'function' || typeof owner.prototype !== 'object') throw corrupt('the class of an instance is no class');
  return owner.prototype as object;
}
