import { readRecord } from '../../../driver/application/app-record.ts';
import { metadataKeys } from '../../../engine/types/keys.ts';
import type { TaskSpec } from '../../../engine/types/task.ts';
import type { SimWorld } from '../../../simulator/sim-world.ts';

interface Standing {
  readonly generation: number;
  readonly winner: string | null;
  readonly sinceMs: number;
}

export interface CommitWatch {
  /** After an effect on this key. */
  look(key: string, world: SimWorld): Promise<void>;
  /** An attempt is launched by a driver that began at `driverSinceMs`. */
  launched(spec: TaskSpec, driverSinceMs: number): void;
}

/**
 * Holds each commit item to what is promised: one winner a generation, generations go up, what is committed stays, no output is given up
 * that nobody has damaged, and a driver launches nothing that was committed before it began.
 */
export function watchCommits(damaged: (winner: string) => boolean): CommitWatch {
  const standing = new Map<string, Standing>();
  return {
    async look(key, world) {
      const slash = key.lastIndexOf('/');
      const item = await world.metadata.get({ partition: key.slice(0, slash), sort: key.slice(slash + 1) });
      const before = standing.get(key);
      if (item === null) {
        if (before !== undefined && !(await hasSucceeded(key, world))) throw new Error(`committed output was lost: ${key}`);
        // The application is over and its data deleted: what an attempt still commits then, nobody reads.
        standing.delete(key);
        return;
      }
      const now = { generation: Number(item['generation']), winner: item['winner'] as string | null };
      if (before !== undefined) judge(key, before, now, damaged);
      if (before?.generation !== now.generation || before.winner !== now.winner)
        standing.set(key, { ...now, sinceMs: world.clock.monotonic() });
    },
    launched(spec, driverSinceMs) {
      const { partition, sort } = metadataKeys.commit(spec.appId, spec.stageId, spec.partition);
      const known = standing.get(`${partition}/${sort}`);
      if (known === undefined || known.winner === null || known.generation !== spec.generation) return;
      if (known.sinceMs < driverSinceMs)
        throw new Error(`task ${spec.partition} of stage ${spec.stageNumber} was committed and is run again`);
    },
  };
}

function judge(key: string, before: Standing, now: Omit<Standing, 'sinceMs'>, damaged: (winner: string) => boolean): void {
  if (now.generation < before.generation)
    throw new Error(`the generation of ${key} went down from ${before.generation} to ${now.generation}`);
  if (now.generation === before.generation && before.winner !== null && now.winner !== before.winner)
    throw new Error(`generation ${now.generation} of ${key} was committed twice: by ${before.winner}, then by ${now.winner}`);
  if (now.generation > before.generation && (before.winner === null || !damaged(before.winner)))
    throw new Error(`the output of ${key}, generation ${before.generation}, was given up, and nobody has damaged it`);
}

async function hasSucceeded(key: string, { metadata }: SimWorld): Promise<boolean> {
  const appId = /^app#([^#]+)#/.exec(key)?.[1] ?? '';
  return (await readRecord(metadata, appId))?.outcome === 'succeeded';
}
