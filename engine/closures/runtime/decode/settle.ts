import { LevinError } from '../../../errors/levin-error.ts';
import type { AnyFunction } from '../driver-registry.ts';
import { corrupt } from '../wire/byte-reader.ts';
import { type Decoder, PENDING } from './decoder.ts';
import { finish, rebuildFailed } from './finish.ts';
import type { DecodeFrame } from './frame.ts';
import { addGap, place } from './place.ts';
import { factoryOf } from './resolve-code.ts';

/** Ends the innermost open node. Gives it, or PENDING when some of its children do not exist yet. */
export function closeFrame(d: Decoder): unknown {
  const frame = d.frames.pop() as DecodeFrame;
  frame.isRead = true;
  if (frame.kind === 'class' && frame.detail?.kind === 'knownClass') {
    d.knownClassDepth -= 1;
    return frame.target;
  }
  if (frame.items === null) return frame.target;
  if (frame.kind === 'protocol') waitForWholePayload(d, frame);
  if (frame.missing === 0) return settle(d, frame);
  d.late.add(frame);
  if (frame.target !== undefined) return frame.target;
  d.pendingId = frame.id;
  return PENDING;
}

/** `deserialize` reads its payload, so no gap may be left anywhere below, but for the object itself where functions capture it. */
function waitForWholePayload(d: Decoder, frame: DecodeFrame): void {
  const open = new Set(d.gaps.slice(frame.gapsBefore));
  open.delete(frame.id);
  for (const id of open) if (d.nodes[id] === PENDING) addGap(d, id, { frame, key: -1 });
}

/** Makes a node, then every node that waited for it and for nothing else, and so on. */
function settle(d: Decoder, frame: DecodeFrame): unknown {
  const value = makeNode(d, frame);
  fillGaps(d, frame.id, value);
  return value;
}

function makeNode(d: Decoder, frame: DecodeFrame): unknown {
  const value = finish(d, frame);
  frame.target = value;
  d.nodes[frame.id] = value;
  d.late.delete(frame);
  return value;
}

function fillGaps(d: Decoder, id: number, value: unknown): void {
  const made: [number, unknown][] = [[id, value]];
  for (let next = made.pop(); next !== undefined; next = made.pop()) {
    const gaps = d.waiting.get(next[0]);
    if (gaps === undefined) continue;
    d.waiting.delete(next[0]);
    for (const { frame, key } of gaps) {
      place(d, frame, key, next[1]);
      if (frame.items === null) continue;
      frame.missing -= 1;
      if (frame.missing === 0 && frame.isRead) made.push([frame.id, makeNode(d, frame)]);
    }
  }
}

/**
 * What is still open when all was read waits in a cycle of functions that capture each other and nothing else.
 * One of them is made first and gets its captures later.
 */
export function breakCycles(d: Decoder): void {
  while (d.late.size > 0) {
    const frame =
      [...d.late].find((candidate) => canComeFirst(d, candidate, 'closure')) ?? [...d.late].find((c) => canComeFirst(d, c, 'class'));
    if (frame?.detail?.kind !== 'site') throw unbreakable(d);
    const { key, selfCount } = frame.detail;
    let early: readonly [AnyFunction, (captures: readonly unknown[]) => void] | undefined;
    try {
      early = factoryOf(d, key).twoPhase?.call(selfCount === 1 ? frame.items?.[0] : undefined);
    } catch (error) {
      throw rebuildFailed(key, error);
    }
    if (early === undefined) throw corrupt(`the factory of ${key} gave no function`);
    frame.target = early[0];
    frame.setter = early[1];
    d.nodes[frame.id] = early[0];
    fillGaps(d, frame.id, early[0]);
  }
}

function canComeFirst(d: Decoder, frame: DecodeFrame, kind: 'closure' | 'class'): boolean {
  const { detail } = frame;
  if (frame.kind !== kind || detail?.kind !== 'site' || frame.setter !== null) return false;
  const isSelfMissing =
    detail.selfCount === 1 && [...d.waiting.values()].some((gaps) => gaps.some((gap) => gap.frame === frame && gap.key === 0));
  return !isSelfMissing && factoryOf(d, detail.key).twoPhase !== null;
}

function unbreakable(d: Decoder): LevinError {
  const keys = [...d.late].flatMap(({ detail }) => (detail?.kind === 'site' ? [detail.key] : []));
  return new LevinError({
    code: 'CLOSURE_REBUILD_FAILED',
    fault: 'user',
    message: `Cannot rebuild functions or objects that hold each other in a circle: ${keys.join(', ')}. Let one of them take the other as a parameter, or put them at the top level of an imported module.`,
  });
}
