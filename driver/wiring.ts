/** Where adapters are chosen: the only file of the driver that knows which stores and runners there are. */
import { join } from 'node:path';
import type { FoundEngine } from '../engine/adapters/aws/find-engine.ts';
import { openUserFiles } from '../engine/adapters/aws/open-user-files.ts';
import { createDirectoryObjectStore } from '../engine/adapters/local/directory-object-store.ts';
import type { LocalExecutorData, LocalWorkerData } from '../engine/adapters/local/executor-data.ts';
import type { FileBody } from '../engine/adapters/local/file-body.ts';
import { createLocalClusterRunner } from '../engine/adapters/local/local-cluster-runner.ts';
import { clearLocalFolders, makeLocalFolder } from '../engine/adapters/local/local-folder.ts';
import { machineFiles } from '../engine/adapters/local/machine-files.ts';
import { createSqliteMetadataStore } from '../engine/adapters/local/sqlite-metadata-store.ts';
import { createSystemClock } from '../engine/adapters/local/system-clock.ts';
import { createSystemRandom } from '../engine/adapters/local/system-random.ts';
import { createWorkerThreadsRunner } from '../engine/adapters/local/worker-threads-runner.ts';
import { executorHookData } from '../engine/closures/loading/executor-code.ts';
import { levinPackage } from '../engine/closures/loading/levin-package.ts';
import { currentLoader } from '../engine/closures/loading/loader-state.ts';
import type { Clock } from '../engine/ports/clock.ts';
import type { Exchange } from '../engine/ports/exchange.ts';
import type { MetadataStore } from '../engine/ports/metadata-store.ts';
import type { ObjectStore } from '../engine/ports/object-store.ts';
import type { Random } from '../engine/ports/random.ts';
import type { StagedFiles } from '../engine/ports/staged-files.ts';
import type { TaskRunner } from '../engine/ports/task-runner.ts';
import type { BlockCompression } from '../engine/records/compress-block.ts';
import { createElection } from '../engine/runtime/election.ts';
import { entryUrl } from '../engine/runtime/supervisor/entry-url.ts';
import { buildOf } from '../engine/runtime/supervisor/executor-protocol.ts';
import { machineMemory } from '../engine/runtime/supervisor/memory-plan.ts';
import type { RequestUsage } from '../engine/types/request-usage.ts';
import { createExchange } from '../shuffle/exchange.ts';
import type { InjectedFault } from './chaos/chaos-plan.ts';
import type { Master } from './config/parse-master.ts';

export interface Stores {
  /** levin's own objects: outputs, templates, bundles, event logs. */
  readonly objects: ObjectStore;
  /** The user's files; keys are absolute paths without the leading slash, and `s3://bucket/key`. */
  readonly files: ObjectStore;
  /** Of the same keys: what sinks write until it is published. */
  readonly staged: StagedFiles;
  readonly metadata: MetadataStore & { close(): Promise<void> };
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly random: Random;
  /** How long an application may live there, from its first start on, because what it has written is forgotten after a while; absent: nothing is. */
  readonly lifeMs?: number;
  /** Requests that were made of them; null, or absent: they cost nothing. */
  readonly requests?: () => RequestUsage | null;
  /** Where tasks do not reach files of this machine, and these are to be uploaded; absent: they do, or it was not asked for. */
  readonly uploads?: FileUploads;
  /** Where people find an object of levin's own. */
  placeOf(key: string): string;
}

/** Opens files that are uploaded. */
export interface FileUploads {
  open(path: string): Promise<FileBody>;
}

export type { FileBody } from '../engine/adapters/local/file-body.ts';
export { findLeftFiles, type LeftFile, removeLeftFile } from '../engine/adapters/local/left-files.ts';
export { ownProcess, processState } from '../engine/adapters/local/process-identity.ts';

export interface StoresOptions {
  /** Accept the cost of requests to buckets whose owner has others pay. */
  readonly requesterPays?: boolean;
}

/** Stores below the state folder, shared by driver and executors of this machine. */
export function openStores(stateDir: string, { requesterPays = false }: StoresOptions = {}): Stores {
  const [clock, random] = [createSystemClock(), createSystemRandom()];
  const objects = createDirectoryObjectStore({ root: join(stateDir, 'objects') });
  const { files, staged, usage } = openUserFiles({ local: machineFiles(), clock, random, requesterPays });
  return {
    objects,
    files,
    staged,
    metadata: createSqliteMetadataStore({ file: join(stateDir, 'metadata.sqlite'), clock, dataFolder: join(stateDir, 'objects', 'apps') }),
    exchange: createExchange({ objects }),
    clock,
    random,
    requests: usage,
    placeOf: (key) => join(stateDir, 'objects', key),
  };
}

export interface RunnerOptions {
  readonly stores: Stores;
  /** Where tasks spill; null is the system's temporary folder. */
  readonly localDir: string | null;
  /** null: what suits the stores. */
  readonly shuffleCompression: BlockCompression | null;
  /** Of a worker's memory, what tasks leave to the blocks that it keeps. */
  readonly storageFraction: number;
  readonly allowedEnv: readonly string[];
  /** Of broadcasts that executors keep; null: what suits their memory. */
  readonly broadcastCacheBytes: number | null;
  readonly requesterPays: boolean;
  readonly onWarning: (message: string) => void;
  /** A fault was injected. */
  readonly onFault: (fault: InjectedFault) => void;
  /** What executors of their own write to stdout and stderr past `console`. */
  readonly onOutput: (executorId: string, text: string) => void;
}

export interface DriverRunner extends TaskRunner {
  /** Partitions of what a driver holds itself, where nobody says how many; absent: as many as it runs at once. */
  readonly defaultParallelism?: number;
  prewarm(count: number): void;
  /** Kills what runs the attempt: its worker thread, or its executor with all that runs there. False: it runs nowhere any more. Absent: nothing can be killed. */
  kill?(attemptId: string): boolean;
}

export type OpenRunner = (options: RunnerOptions) => DriverRunner;

/** What a driver works with. */
export interface Wiring {
  readonly stores: Stores;
  readonly openRunner: OpenRunner;
}

export interface WiringOptions {
  readonly master: Master;
  readonly stateDir: string;
  /** Of the master's engine, if somebody has begun to look for it. */
  readonly engine?: EngineLookUp | null;
  readonly requesterPays: boolean;
  /** Whether files of this machine that a job reads are uploaded where tasks do not reach them. */
  readonly upload: boolean;
}

/** An engine that is being looked for. Nobody has to wait for it. */
export interface EngineLookUp {
  readonly name: string;
  readonly found: Promise<FoundEngine>;
}

/** Stores and runner that a master stands for. */
export async function openWiring({ master, stateDir, engine = null, requesterPays, upload }: WiringOptions): Promise<Wiring> {
  if (master.kind === 'aws') {
    const found = engine?.name === master.engine ? engine.found : lookUpEngine(master.engine).found;
    const { openAwsWiring } = await import('./wiring-aws.ts');
    return openAwsWiring(await found, { requesterPays, upload });
  }
  return { stores: openStores(stateDir, { requesterPays }), openRunner: (options) => openLocalRunner(master, stateDir, options) };
}

/** What an engine keeps of its applications, for commands about them. */
export async function openEngineStores({ found }: EngineLookUp): Promise<Stores> {
  const { openAwsWiring } = await import('./wiring-aws.ts');
  return openAwsWiring(await found, { requesterPays: false, upload: false }).stores;
}

/** Begins to look for an engine. */
export function lookUpEngine(name: string): EngineLookUp {
  const found = import('./wiring-aws.ts').then((aws) => aws.lookUpEngine(name));
  found.catch(() => undefined);
  return { name, found };
}

function openLocalRunner(master: Exclude<Master, { kind: 'aws' }>, stateDir: string, options: RunnerOptions): DriverRunner {
  const { stores, requesterPays, storageFraction, onWarning, broadcastCacheBytes: broadcastBytes } = options;
  const { clock, metadata, exchange, staged, objects } = stores;
  const objectsRoot = join(stateDir, 'objects');
  // A disk is faster than compression.
  const shuffleCompression = options.shuffleCompression ?? 'none';
  clearLocalFolders(options.localDir).catch((error: unknown) =>
    onWarning(`What earlier processes left cannot be removed: ${String(error)}`),
  );
  switch (master.kind) {
    case 'local': {
      const scratchRoot = makeLocalFolder('scratch', options.localDir);
      const { task: memory } = machineMemory(master.threads);
      const workerData: LocalWorkerData = {
        objectsRoot,
        scratchRoot,
        memory,
        broadcastBytes,
        storageFraction,
        shuffleCompression,
        requesterPays,
        code: codeOfThreads(stateDir),
      };
      return createWorkerThreadsRunner({
        threads: master.threads,
        entry: entryUrl('../functions/worker-thread', import.meta.url),
        workerData: { ...workerData },
        scratchRoot,
        election: createElection({ metadata, readOffsets: exchange.readOffsets, staged: () => staged, onWarning }),
        objects,
        broadcastBytes,
        clock,
        onWarning,
      });
    }
    case 'local-cluster': {
      const metadataFile = join(stateDir, 'metadata.sqlite');
      const data: LocalExecutorData = { objectsRoot, metadataFile, storageFraction, broadcastBytes, shuffleCompression, requesterPays };
      return createLocalClusterRunner({
        executors: master.executors,
        cores: master.cores,
        memoryMb: master.memoryMb,
        entry: entryUrl('../functions/executor-process', import.meta.url),
        data: { ...data },
        build: buildOf(levinPackage().version),
        clock,
        allowedEnv: options.allowedEnv,
        localDir: options.localDir,
        onWarning,
        onOutput: options.onOutput,
      });
    }
  }
}

/** Threads of this process read user modules from disk; a job that was built ahead of time has a bundle instead. */
function codeOfThreads(stateDir: string): LocalWorkerData['code'] {
  const loader = currentLoader();
  if (loader?.kind === 'source') return { kind: 'disk', hooks: executorHookData(loader) };
  return { kind: 'bundle', folder: join(stateDir, 'cache', 'code') };
}
