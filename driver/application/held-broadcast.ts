import { encodeBroadcast } from '../../engine/closures/runtime/broadcast-codec.ts';
import { LevinError } from '../../engine/errors/levin-error.ts';
import type { CallSite } from '../../engine/types/call-site.ts';

/** The driver's own copy of a broadcast. All but `drop` and `stored` fail with `BROADCAST_DESTROYED` after `drop`. */
export interface HeldBroadcast<T> {
  check(used: string): void;
  value(): T;
  /** In pieces. Fails with `BROADCAST_CHANGED` when the value has to be encoded once more and is not what it was. */
  encoded(): readonly Uint8Array[];
  /** The pieces need not be kept: what is lost is encoded once more. */
  stored(): void;
  drop(at: CallSite | null): void;
}

interface Copy<T> {
  readonly value: T;
  readonly pieces: readonly Uint8Array[] | null;
}

interface Made {
  readonly hash: string;
  readonly callSite: CallSite | null;
}

/** Functions and stages that were made with a broadcast know it for as long as the application lives: they hold this, which lets go of what nobody may use any more. */
export function holdBroadcast<T>(made: Copy<T>, { hash, callSite }: Made): HeldBroadcast<T> {
  // Not `made` itself: who captures a parameter keeps it.
  const cell: { copy: Copy<T> | null; destroyedAt: CallSite | null } = { copy: { ...made }, destroyedAt: null };
  const copyFor = (used: string): Copy<T> => {
    if (cell.copy === null) throw destroyed(used, callSite, cell.destroyedAt);
    return cell.copy;
  };
  return {
    check: (used) => void copyFor(used),
    value: () => copyFor('.value was read').value,
    encoded() {
      const { value, pieces } = copyFor('a function that captures it was used');
      if (pieces !== null) return pieces;
      const again = encodeBroadcast(value);
      if (again.hash !== hash) throw changed(callSite);
      return again.pieces;
    },
    stored() {
      if (cell.copy !== null) cell.copy = { ...cell.copy, pieces: null };
    },
    drop(at) {
      [cell.copy, cell.destroyedAt] = [null, at];
    },
  };
}

function destroyed(used: string, madeAt: CallSite | null, destroyedAt: CallSite | null): LevinError {
  return new LevinError({
    code: 'BROADCAST_DESTROYED',
    fault: 'user',
    message: `The broadcast made at ${siteText(madeAt)} was destroyed at ${siteText(destroyedAt)}, and then ${used}. Destroy it after the last action that uses it; unpersist() frees the executors' copies and lets it be used again.`,
  });
}

function changed(madeAt: CallSite | null): LevinError {
  return new LevinError({
    code: 'BROADCAST_CHANGED',
    fault: 'user',
    message: `The value of the broadcast made at ${siteText(madeAt)} was changed after the call, so it cannot be stored again for tasks that lost it. Broadcast a copy, and leave it as it is.`,
  });
}

export function siteText(site: CallSite | null): string {
  return site === null ? 'an unknown place' : `${site.file}:${site.line}:${site.column}`;
}
