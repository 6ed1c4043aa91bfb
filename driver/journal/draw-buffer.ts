import type { CallSite } from '../../engine/types/call-site.ts';
import type { DrawKind, Draws } from './journal-entry.ts';

export interface DrawBuffer {
  add(of: DrawKind, callSite: CallSite | null, value: number): void;
  flush(): void;
}

/** Numbers drawn in one turn go into one entry. */
export function createDrawBuffer(write: (draws: readonly Draws[]) => Promise<void>): DrawBuffer {
  let drawn: { of: DrawKind; callSite: CallSite | null; values: number[] }[] = [];
  const flush = (): void => {
    if (drawn.length === 0) return;
    const full = drawn;
    drawn = [];
    // A journal that cannot be written fails whatever comes next.
    write(full).catch(() => undefined);
  };
  return {
    add(of, callSite, value) {
      const last = drawn.at(-1);
      if (last === undefined) queueMicrotask(flush);
      if (last?.of === of && isSamePlace(last.callSite, callSite)) last.values.push(value);
      else drawn.push({ of, callSite, values: [value] });
    },
    flush,
  };
}

function isSamePlace(a: CallSite | null, b: CallSite | null): boolean {
  return a?.file === b?.file && a?.line === b?.line && a?.column === b?.column;
}
