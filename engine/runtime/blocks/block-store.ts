import type { Scratch } from '../../ports/scratch.ts';
import type { BlockId, BlockReport, KeptBlock } from '../../types/block-report.ts';
import type { StorageLevel } from '../../types/storage-level.ts';
import { type BlockData, dropData, moveToDisk } from './block-data.ts';

export interface BlockStoreOptions {
  /** No other store has it. */
  readonly id: string;
  /** Bytes, by estimate, that the blocks may take in memory when nothing else needs them. */
  readonly memoryBytes: number;
  /** Of them, those that tasks do not take from blocks: Spark's `storageFraction`. */
  readonly protectedBytes: number;
  /** For blocks on disk; opened when there is a first one. */
  readonly openScratch: () => Scratch;
}

/** What is kept under an id. */
export interface KeptData extends BlockId {
  /** What it is known by: a block of another tag is not the one that is asked for. */
  readonly tag: string;
  readonly level: StorageLevel;
  readonly data: BlockData;
}

/**
 * The blocks that one worker keeps: partitions of persisted RDDs, the least recently used first to go. A worker runs one task at a time,
 * so there are no locks; what the running task has read or written stays until it has ended.
 */
export interface BlockStore {
  readonly id: string;
  readonly protectedBytes: number;
  /** A task begins: blocks may take so much of memory while it runs, and make room at once. */
  begin(appId: string, limitBytes: number): void;
  /** The task has ended, well or not: what was dropped while it may have read it goes now. */
  end(): void;
  /** The block, which stays in this task. Counts as a hit. */
  find(id: BlockId, tag: string | null): BlockData | null;
  /** A block is not here, and is read where it is stored: a hit, too. */
  foundElsewhere(): void;
  /** A block is wanted that is not here, and is computed. */
  missed(): void;
  /** Its RDD is not persisted any more, so that it is not to be kept. */
  isDropped(id: BlockId): boolean;
  /** Whether `bytes` more fit for a block of that RDD; blocks of others make room for it. They are taken until `release`. */
  take(rdd: number, bytes: number): boolean;
  release(bytes: number): void;
  /** What was taken for it must be released before. A block of an RDD that was dropped meanwhile serves this task alone. */
  keep(kept: KeptData): void;
  /** The block turned out to be damaged. */
  forget(id: BlockId): void;
  /** The RDD is not persisted any more; or, not `forGood`, its blocks are not what they should be and are kept anew when they are computed again. */
  drop(rdd: number, forGood: boolean): void;
  /** Makes room whatever limits say: memory runs out. False: nothing is left that could go. */
  evictSome(): boolean;
  /** Of all blocks, in memory. */
  readonly usedBytes: number;
  /** For blocks on disk. */
  scratch(): Scratch;
  /** Name of a scratch file for a block, since what it replaces may still be read. It goes with the task's end unless it is kept. */
  newFile(id: BlockId): string;
  /** What has changed since the last report; null: nothing has. */
  report(): BlockReport | null;
}

interface State {
  readonly options: BlockStoreOptions;
  appId: string | null;
  /** The least recently used first. */
  readonly blocks: Map<string, KeptData>;
  readonly pinned: Set<string>;
  readonly dropped: Set<number>;
  /** Files of blocks that are gone or not kept, which the running task may still read. */
  readonly leaving: Set<string>;
  files: number;
  limitBytes: number;
  /** Of blocks in memory, and of those that are being made. */
  usedBytes: number;
  takenBytes: number;
  scratch: Scratch | null;
  hits: number;
  computed: number;
  readonly kept: Map<string, KeptBlock>;
  readonly evicted: Map<string, BlockId>;
}

export function createBlockStore(options: BlockStoreOptions): BlockStore {
  const state: State = {
    options,
    appId: null,
    blocks: new Map(),
    pinned: new Set(),
    dropped: new Set(),
    leaving: new Set(),
    files: 0,
    limitBytes: options.memoryBytes,
    usedBytes: 0,
    takenBytes: 0,
    scratch: null,
    hits: 0,
    computed: 0,
    kept: new Map(),
    evicted: new Map(),
  };
  const scratch = (): Scratch => {
    state.scratch ??= options.openScratch();
    return state.scratch;
  };
  return {
    id: options.id,
    protectedBytes: options.protectedBytes,
    begin(appId, limitBytes) {
      endTask(state);
      // What an attempt took that has failed.
      state.takenBytes = 0;
      if (appId !== state.appId) clear(state);
      state.appId = appId;
      state.limitBytes = Math.min(limitBytes, options.memoryBytes);
      makeRoom(state, null, 0, scratch);
    },
    end: () => endTask(state),
    find(id, tag) {
      const name = nameOf(id);
      const found = state.blocks.get(name);
      if (found === undefined || found.tag !== tag) return null;
      state.blocks.delete(name);
      state.blocks.set(name, found);
      state.pinned.add(name);
      state.hits += 1;
      return found.data;
    },
    foundElsewhere() {
      state.hits += 1;
    },
    missed() {
      state.computed += 1;
    },
    isDropped: ({ rdd }) => state.dropped.has(rdd),
    take(rdd, bytes) {
      if (!makeRoom(state, rdd, bytes, scratch)) return false;
      state.takenBytes += bytes;
      return true;
    },
    release(bytes) {
      state.takenBytes = Math.max(0, state.takenBytes - bytes);
    },
    keep(kept) {
      const name = nameOf(kept);
      if (state.dropped.has(kept.rdd)) return;
      remove(state, name);
      state.blocks.set(name, kept);
      state.pinned.add(name);
      state.usedBytes += memoryOf(kept.data);
      if (kept.data.kind === 'disk') state.leaving.delete(kept.data.file);
      note(state, kept);
    },
    forget(id) {
      if (remove(state, nameOf(id))) noteEvicted(state, id);
    },
    drop(rdd, forGood) {
      if (forGood) state.dropped.add(rdd);
      for (const [name, kept] of state.blocks) if (kept.rdd === rdd) remove(state, name);
    },
    evictSome() {
      const victim = oldest(state, null);
      if (victim !== null) evict(state, victim, scratch);
      return victim !== null;
    },
    get usedBytes() {
      return state.usedBytes;
    },
    scratch,
    newFile(id) {
      const file = fileName(state, id);
      state.leaving.add(file);
      return file;
    },
    report: () => takeReport(state),
  };
}

/** Blocks in memory of other RDDs go, the least recently used first, until `bytes` more fit. */
function makeRoom(state: State, rdd: number | null, bytes: number, scratch: () => Scratch): boolean {
  while (state.usedBytes + state.takenBytes + bytes > state.limitBytes) {
    const victim = oldest(state, rdd);
    if (victim === null) return false;
    evict(state, victim, scratch);
  }
  return true;
}

function endTask(state: State): void {
  state.pinned.clear();
  for (const file of state.leaving) state.scratch?.drop(file);
  state.leaving.clear();
}

function oldest(state: State, rdd: number | null): string | null {
  for (const [name, { data, ...block }] of state.blocks) {
    if (data.kind !== 'disk' && block.rdd !== rdd && !state.pinned.has(name)) return name;
  }
  return null;
}

/** To disk where the level says so, and where that is possible. */
function evict(state: State, name: string, scratch: () => Scratch): void {
  const kept = state.blocks.get(name) as KeptData;
  const moved = kept.level.useDisk ? toDisk(state, kept, scratch()) : null;
  state.usedBytes -= memoryOf(kept.data);
  if (moved === null) {
    state.blocks.delete(name);
    noteEvicted(state, kept);
    return;
  }
  const onDisk = { ...kept, data: moved };
  // In its place: it was not used.
  state.blocks.set(name, onDisk);
  note(state, onDisk);
}

function toDisk(state: State, { rdd, partition, data }: KeptData, scratch: Scratch): BlockData | null {
  return moveToDisk(data, { file: fileName(state, { rdd, partition }), scratch });
}

function remove(state: State, name: string): boolean {
  const kept = state.blocks.get(name);
  if (kept === undefined) return false;
  state.blocks.delete(name);
  state.usedBytes -= memoryOf(kept.data);
  const { data } = kept;
  if (data.kind === 'disk' && state.pinned.has(name)) state.leaving.add(data.file);
  else dropData(data, state.scratch);
  state.kept.delete(name);
  return true;
}

function clear(state: State): void {
  for (const name of [...state.blocks.keys()]) remove(state, name);
  state.dropped.clear();
  state.evicted.clear();
}

function takeReport(state: State): BlockReport | null {
  const { hits, computed, kept, evicted } = state;
  if (hits + computed + kept.size + evicted.size === 0) return null;
  const report: BlockReport = { store: state.options.id, hits, computed, kept: [...kept.values()], evicted: [...evicted.values()] };
  state.hits = 0;
  state.computed = 0;
  kept.clear();
  evicted.clear();
  return report;
}

function note(state: State, { rdd, partition, data }: KeptData): void {
  const name = nameOf({ rdd, partition });
  state.evicted.delete(name);
  state.kept.set(name, { rdd, partition, memoryBytes: memoryOf(data), diskBytes: data.kind === 'disk' ? data.bytes : 0 });
}

function noteEvicted(state: State, { rdd, partition }: BlockId): void {
  const name = nameOf({ rdd, partition });
  state.kept.delete(name);
  state.evicted.set(name, { rdd, partition });
}

function memoryOf(data: BlockData): number {
  return data.kind === 'disk' ? 0 : data.bytes;
}

function fileName(state: State, { rdd, partition }: BlockId): string {
  return `rdd-${rdd}-${partition}-${state.files++}`;
}

function nameOf({ rdd, partition }: BlockId): string {
  return `${rdd}/${partition}`;
}
