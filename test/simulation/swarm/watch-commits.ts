import { readRecord } from '../../../driver/application/app-record.ts';
import type { MetadataItem } from '../../../engine/ports/metadata-store.ts';
import { launchedId } from '../../../engine/types/attempt-id.ts';
import { metadataKeys, objectKeys } from '../../../engine/types/keys.ts';
import { stagedKey } from '../../../engine/types/output-names.ts';
import type { TaskSpec } from '../../../engine/types/task.ts';
import type { SimWorld } from '../../../simulator/sim-world.ts';

export interface Standing {
  readonly generation: number;
  readonly winner: string | null;
  readonly sinceMs: number;
}

export interface CommitWatch {
  /** After an effect on this key. */
  look(key: string, world: SimWorld): Promise<void>;
  /** An attempt is launched. */
  launched(spec: TaskSpec): void;
  /** What stands for a task now. */
  of(task: Pick<TaskSpec, 'appId' | 'stageId' | 'partition'>): Standing | undefined;
  /** Whether the attempt won the generation of the task, also when its output was lost since or the application is over. */
  hasWon(task: Pick<TaskSpec, 'appId' | 'stageId' | 'partition'>, generation: number, attemptId: string): boolean;
}

/**
 * Holds each commit item to what is promised: one winner a generation, generations go up one by one, what is committed stays, no output is given
 * up that nobody has damaged; and who is elected was launched for this generation of this task, and has written what it names.
 */
export function watchCommits(damaged: (winner: string) => boolean): CommitWatch {
  const standing = new Map<string, Standing>();
  const winners = new Set<string>();
  const specs = new Map<string, TaskSpec>();
  // The application is over and its data deleted: what attempts still commit then, nobody reads. What stood last is what counts.
  const over = new Set<string>();
  return {
    async look(key, world) {
      const slash = key.lastIndexOf('/');
      const item = await world.metadata.get({ partition: key.slice(0, slash), sort: key.slice(slash + 1) });
      const before = standing.get(key);
      if (item === null) {
        const ended = await hasSucceeded(key, world);
        if (before !== undefined && !ended) throw new Error(`committed output was lost: ${key}`);
        if (ended) over.add(key);
        return;
      }
      if (over.has(key)) {
        winners.add(`${key} ${Number(item['generation'])} ${item['winner'] as string}`);
        return;
      }
      const now = { generation: Number(item['generation']), winner: item['winner'] as string | null };
      if (before !== undefined) judge(key, before, now, damaged);
      else if (now.generation !== 0) throw new Error(`${key} begins with generation ${now.generation}`);
      if (before?.generation === now.generation && before.winner === now.winner) return;
      standing.set(key, { ...now, sinceMs: world.clock.monotonic() });
      if (now.winner === null) return;
      winners.add(`${key} ${now.generation} ${now.winner}`);
      const spec = specs.get(launchedId(now.winner));
      judgeWinner(key, item, spec);
      if (spec !== undefined && !(await isWritten(item, spec, world)) && !(await hasSucceeded(key, world)))
        throw new Error(`${key} was committed before its output was written`);
    },
    launched: (spec) => void specs.set(spec.attemptId, spec),
    of: (task) => standing.get(keyOf(task)),
    hasWon: (task, generation, attemptId) => winners.has(`${keyOf(task)} ${generation} ${attemptId}`),
  };
}

function keyOf({ appId, stageId, partition }: Pick<TaskSpec, 'appId' | 'stageId' | 'partition'>): string {
  const key = metadataKeys.commit(appId, stageId, partition);
  return `${key.partition}/${key.sort}`;
}

function judge(key: string, before: Standing, now: Omit<Standing, 'sinceMs'>, damaged: (winner: string) => boolean): void {
  if (now.generation < before.generation)
    throw new Error(`the generation of ${key} went down from ${before.generation} to ${now.generation}`);
  if (now.generation === before.generation && before.winner !== null && now.winner !== before.winner)
    throw new Error(`generation ${now.generation} of ${key} was committed twice: by ${before.winner}, then by ${now.winner}`);
  if (now.generation === before.generation) return;
  if (before.winner === null || !damaged(before.winner))
    throw new Error(`the output of ${key}, generation ${before.generation}, was given up, and nobody has damaged it`);
  if (now.generation !== before.generation + 1 || now.winner !== null)
    throw new Error(`${key} went from generation ${before.generation} to ${now.generation}, winner ${now.winner}`);
}

function judgeWinner(key: string, item: MetadataItem, spec: TaskSpec | undefined): void {
  const [generation, inputs] = [Number(item['generation']), item['i']];
  if (spec === undefined) throw new Error(`${key} was committed by ${JSON.stringify(item['winner'])}, which nobody has launched`);
  if (keyOf(spec) !== key) throw new Error(`${key} was committed by an attempt of partition ${spec.partition} of ${spec.stageId}`);
  if (spec.generation !== generation)
    throw new Error(`generation ${generation} of ${key} was committed by an attempt that was launched for generation ${spec.generation}`);
  if (spec.inputDigest !== inputs) throw new Error(`${key} says that it was made of ${JSON.stringify(inputs)}, not of ${spec.inputDigest}`);
}

/** Whether what the item names is there, all of it. */
async function isWritten(item: MetadataItem, { appId, stageId, partition }: TaskSpec, { objects, files }: SimWorld): Promise<boolean> {
  const [kind, at, length, winner] = [item['k'], item['at'], item['n'], item['winner'] as string];
  if (kind === 'none' || kind === 'inline') return true;
  if (kind === 'file') {
    const visible = (at as string).slice(1);
    const found = (await sizeOf(files, stagedKey(visible))) ?? (await sizeOf(files, visible));
    return found === length;
  }
  const canonical = (kind === 'shuffle' ? objectKeys.shuffle : objectKeys.result)(appId, stageId, partition, winner);
  const found = await sizeOf(objects, typeof at === 'string' ? at : canonical);
  return found !== null && (kind === 'shuffle' || found === length);
}

async function sizeOf(store: SimWorld['objects'], key: string): Promise<number | null> {
  return await store.head(key).then(
    ({ size }) => size,
    () => null,
  );
}

async function hasSucceeded(key: string, { metadata }: SimWorld): Promise<boolean> {
  const appId = /^app#([^#]+)#/.exec(key)?.[1] ?? '';
  return (await readRecord(metadata, appId))?.outcome === 'succeeded';
}
