import type { CallSite } from '../../engine/types/call-site.ts';
import type { CallOrder } from './call-order.ts';
import type { DrawKind } from './journal-entry.ts';
import { notInJournal } from './journal-errors.ts';
import type { ReplayOptions } from './replay.ts';

export interface DrawReplay {
  /**
   * What the n-th call at a place gave before; null when it is new.
   * Fails with `DRIVER_NOT_DETERMINISTIC` when the journal has no more of this place, but of others.
   */
  nextDraw(of: DrawKind, callSite: CallSite | null): number | null;
}

interface Place {
  /** Number of the first entry that tells of it. */
  readonly entry: number;
  readonly of: DrawKind;
  readonly callSite: CallSite | null;
  readonly values: number[];
  claimed: number;
}

/** Answers `lv.now()` and `lv.random()` from the journal, by place: which of two places comes first may be a matter of speed. */
export function createDrawReplay({ appId, entries }: Pick<ReplayOptions, 'appId' | 'entries'>, order: CallOrder): DrawReplay {
  const places = readPlaces(entries);
  let left = [...places.values()].reduce((sum, { values }) => sum + values.length, 0);
  return {
    nextDraw(of, callSite) {
      if (left === 0) return null;
      const place = places.get(nameOf(of, callSite));
      const value = place?.values[place.claimed];
      if (place !== undefined && value !== undefined) {
        place.claimed++;
        left--;
        return value;
      }
      const other = [...places.values()].find(({ claimed, values }) => claimed < values.length) as Place;
      if (!order.isStrictAt(other.entry)) return null;
      throw notInJournal(appId, { what: `lv.${of}()`, callSite }, { what: `lv.${other.of}()`, callSite: other.callSite });
    },
  };
}

function readPlaces(entries: ReplayOptions['entries']): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const [i, { entry }] of entries.entries()) {
    if (entry.kind !== 'draws') continue;
    for (const { of, callSite, values } of entry.draws) {
      const name = nameOf(of, callSite);
      const place = places.get(name) ?? { entry: i, of, callSite, values: [], claimed: 0 };
      places.set(name, place);
      for (const value of values) place.values.push(value);
    }
  }
  return places;
}

function nameOf(of: DrawKind, callSite: CallSite | null): string {
  return callSite === null ? of : `${of} ${callSite.file}:${callSite.line}:${callSite.column}`;
}
