import { raiseGeneration } from '../../engine/runtime/raise-generation.ts';
import type { LevinConfig } from '../config/config-input.ts';
import { checkLease } from '../lease/check-lease.ts';
import type { Lease } from '../lease/lease.ts';
import { debugString } from '../lineage/debug-string.ts';
import { lineageNode } from '../lineage/lineage-node.ts';
import { factsIn, type NodeFacts } from '../planner/analyze.ts';
import { needsShuffle } from '../planner/plan-builder.ts';
import { createStorage } from '../storage/storage.ts';
import type { Stores } from '../wiring.ts';
import type { AppJournal } from './app-journal.ts';
import type { Application } from './application.ts';
import { type Broadcasts, createBroadcasts } from './broadcasts.ts';
import { absolutePath, createInputListings } from './input-listings.ts';
import { createJobEngine, type JobEngine, type JobEngineOptions } from './job-engine.ts';
import type { FactsRequest } from './result-stages.ts';
import { createRunActions, type RunActions } from './run-actions.ts';
import { createRunSteps, type RunSteps } from './run-steps.ts';
import { createUploadInputs } from './upload-inputs.ts';

export interface ApplicationEngineOptions extends Pick<JobEngineOptions, 'runner' | 'bus'> {
  readonly appId: string;
  /** Project root. */
  readonly root: string;
  /** Working folder: what paths are relative to. */
  readonly cwd: string;
  readonly config: LevinConfig;
  readonly stores: Stores;
  readonly lease: Lease;
  readonly journal: AppJournal;
}

/** Plans and runs the jobs of one application, whoever holds it: no process, no console, no end. */
export interface ApplicationEngine
  extends Pick<Application, 'node' | 'persist' | 'unpersist' | 'persistedAt' | 'resolvePath' | 'defaultSaveMode'> {
  readonly jobs: JobEngine;
  readonly broadcasts: Broadcasts;
  readonly actions: RunActions;
  readonly steps: RunSteps;
  /** Lists input files when it must. */
  factsOf(request: FactsRequest): Promise<NodeFacts>;
  /** The lineage as text; lists input files when it must. */
  debugString(request: FactsRequest): Promise<string>;
}

export function createApplicationEngine(options: ApplicationEngineOptions): ApplicationEngine {
  const { appId, root, config, stores, lease, journal, runner, bus } = options;
  const { objects, metadata, files, staged, clock, random } = stores;
  const known = new Map<number, NodeFacts>();
  const resolvePath = (path: string): string => absolutePath(options.cwd, path);
  const storage = createStorage({ runner, objects });
  const { uploads, placeOf } = stores;
  const onUploaded = (message: string): void => bus.emit({ kind: 'warning', code: 'UPLOADED', message });
  const upload = uploads === undefined ? null : createUploadInputs({ appId, objects, uploads, placeOf, onUploaded });
  const listings = createInputListings({ files, journal, maxPartitionBytes: config.maxPartitionBytes, resolvePath, upload });
  const broadcasts = createBroadcasts({
    appId,
    objects,
    forget: (app, hash) => runner.forgetBroadcast?.(app, hash),
    emit: bus.emit,
  });
  const jobs = createJobEngine({
    appId,
    root,
    config,
    objects,
    metadata,
    readOffsets: stores.exchange.readOffsets,
    placeOf,
    runner,
    clock,
    random,
    bus,
    listings,
    broadcasts,
    known,
    storage,
    journal,
    raiseGeneration: (task) => raiseGeneration({ metadata, fence: lease.fence, appId, ...task }),
  });
  const actions = createRunActions({
    stages: jobs.stages,
    journal,
    outputs: { files, staged, appId, isOwnAttempt: journal.hasLaunched },
    onSaved: listings.noteOutput,
    checkLease: () => checkLease({ metadata, clock }, lease),
  });
  let nextNode = 0;
  return {
    jobs,
    broadcasts,
    actions,
    steps: createRunSteps({ journal, clock, random }),
    node: (shape, operation, callSite) => lineageNode(shape, { id: nextNode++, operation, callSite }),
    factsOf: jobs.stages.factsOf,
    async debugString(request) {
      const { node } = request;
      await jobs.stages.factsOf(request);
      return debugString(node, {
        numPartitions: (each) => factsIn(known, each).numPartitions,
        moves: (each, i) => needsShuffle(each, i, known),
        stored(each) {
          const persisted = storage.rdds.of(each);
          return persisted === null ? null : { level: persisted.level, ...storage.factsOf(persisted.rdd) };
        },
      });
    },
    persist: storage.rdds.persist,
    unpersist: storage.unpersist,
    persistedAt: (node) => storage.rdds.of(node)?.level ?? null,
    defaultSaveMode: config.validateOutput ? 'error' : 'append',
    resolvePath,
  };
}
