import type { MetadataStore } from '../engine/ports/metadata-store.ts';
import type { DeleteReport, ObjectStore } from '../engine/ports/object-store.ts';
import type { Random } from '../engine/ports/random.ts';
import type { StagedFiles } from '../engine/ports/staged-files.ts';
import { retryMetadataStore } from '../engine/ports/wrappers/retry-metadata-store.ts';
import { retryObjectStore } from '../engine/ports/wrappers/retry-object-store.ts';
import { retryStagedFiles } from '../engine/ports/wrappers/retry-staged-files.ts';
import { damageStored, flippedBit } from './damage.ts';
import type { FaultLimit } from './fault-plan.ts';
import { type RemoteCaller, remoteCall } from './remote-call.ts';
import { createBandwidth } from './request-rates.ts';
import type { SimProcess } from './sim-process.ts';
import type { SimWorld } from './sim-world.ts';

/** The services as one process sees them: over a network, with the retries that an adapter has. */
export interface RemoteStores {
  readonly objects: ObjectStore;
  readonly files: ObjectStore;
  readonly staged: StagedFiles;
  readonly metadata: MetadataStore;
  readonly random: Random;
}

export interface RemoteStoresOptions {
  readonly world: SimWorld;
  readonly process: SimProcess;
  readonly name: string;
  readonly crashLimits: () => readonly FaultLimit[];
}

export function remoteStores({ world, process, name, crashLimits }: RemoteStoresOptions): RemoteStores {
  const random = world.random(name);
  const { next } = world.random(`network of ${name}`);
  const caller: RemoteCaller = {
    world,
    process,
    next,
    crashLimits,
    sent: createBandwidth(world.facts),
    received: createBandwidth(world.facts),
  };
  const retries = { clock: process.clock, random };
  return {
    objects: retryObjectStore(remoteObjects(caller, world.objects, 'objects'), retries),
    files: retryObjectStore(remoteObjects(caller, world.files, 'files'), retries),
    staged: retryStagedFiles(remoteStaged(caller, world.staged), retries),
    metadata: retryMetadataStore(remoteMetadata(caller, world.metadata), retries),
    random,
  };
}

function remoteObjects(caller: RemoteCaller, store: ObjectStore, name: string): ObjectStore {
  const { world } = caller;
  const { objectReadMs: read, objectWriteMs: write } = world.facts;
  const received = (key: string, bytes: Uint8Array): Uint8Array => flippedBit(caller, key, bytes);
  return {
    put: (key, body, options) =>
      remoteCall(caller, {
        name: `${name}.put`,
        key,
        latency: write,
        bytes: body.byteLength,
        signal: options?.signal,
        effect: () => store.put(key, body, options?.ifAbsent === undefined ? {} : { ifAbsent: options.ifAbsent }),
      }),
    get: (key, options) =>
      remoteCall(caller, {
        name: `${name}.get`,
        key,
        latency: read,
        signal: options?.signal,
        effect: async () => {
          await damageStored(world, key);
          return received(key, await store.get(key, matching(options)));
        },
      }),
    getRange: (key, start, end, options) =>
      remoteCall(caller, {
        name: `${name}.getRange`,
        key,
        latency: read,
        signal: options?.signal,
        effect: async () => {
          await damageStored(world, key);
          return received(key, await store.getRange(key, start, end, matching(options)));
        },
      }),
    head: (key, options) =>
      remoteCall(caller, { name: `${name}.head`, key, latency: read, signal: options?.signal, effect: () => store.head(key) }),
    list: (prefix, { signal, ...page } = {}) =>
      remoteCall(caller, { name: `${name}.list`, key: prefix, latency: read, signal, effect: () => store.list(prefix, page) }),
    deleteMany: (keys, options) =>
      remoteCall(caller, {
        name: `${name}.deleteMany`,
        key: keys[0] ?? '',
        latency: write,
        signal: options?.signal,
        effect: () => deleteSome(caller, keys, (some) => store.deleteMany(some)),
      }),
  };
}

function matching(options: { readonly ifMatch?: string } | undefined): { readonly ifMatch?: string } {
  return options?.ifMatch === undefined ? {} : { ifMatch: options.ifMatch };
}

/** A batch of which one key fails says so. */
async function deleteSome(
  { world, process }: RemoteCaller,
  keys: readonly string[],
  remove: (keys: readonly string[]) => Promise<DeleteReport>,
): Promise<DeleteReport> {
  const key = keys.at(-1);
  const point = `${process.name} ${key}`;
  if (key === undefined || !world.plan.strikes('partialBatch', point, [{ scope: `partial ${point}`, most: 1 }])) return await remove(keys);
  const { failed } = await remove(keys.slice(0, -1));
  return { failed: [...failed, { key, message: 'InternalError: try again' }] };
}

function remoteStaged(caller: RemoteCaller, staged: StagedFiles): StagedFiles {
  const { objectReadMs: read, objectWriteMs: write } = caller.world.facts;
  return {
    mark: (key) => remoteCall(caller, { name: 'staged.mark', key, latency: write, effect: () => staged.mark(key) }),
    stage: (key, body, options) =>
      remoteCall(caller, {
        name: 'staged.stage',
        key,
        latency: write,
        bytes: body.byteLength,
        signal: options?.signal,
        effect: () => staged.stage(key, body),
      }),
    publish: (key) => remoteCall(caller, { name: 'staged.publish', key, latency: write, effect: () => staged.publish(key) }),
    list: (folder) => remoteCall(caller, { name: 'staged.list', key: folder, latency: read, effect: () => staged.list(folder) }),
    discard: (folder, keys) =>
      remoteCall(caller, { name: 'staged.discard', key: folder, latency: write, effect: () => staged.discard(folder, keys) }),
  };
}

function remoteMetadata(caller: RemoteCaller, store: MetadataStore): MetadataStore {
  const { itemReadMs: read, itemWriteMs: write } = caller.world.facts;
  return {
    get: (key, options) =>
      remoteCall(caller, {
        name: 'items.get',
        key: `${key.partition}/${key.sort}`,
        latency: read,
        signal: options?.signal,
        effect: () => store.get(key),
      }),
    put: (key, item, { signal, ...options } = {}) =>
      remoteCall(caller, {
        name: 'items.put',
        key: `${key.partition}/${key.sort}`,
        latency: write,
        signal,
        effect: () => store.put(key, item, options),
      }),
    query: (partition, prefix, { signal, ...page } = {}) =>
      remoteCall(caller, {
        name: 'items.query',
        key: `${partition}/${prefix}`,
        latency: read,
        signal,
        effect: () => store.query(partition, prefix, page),
      }),
    transact: (checks, writes, options) =>
      remoteCall(caller, {
        name: 'items.transact',
        key: [...writes, ...checks].map(({ key }) => `${key.partition}/${key.sort}`)[0] ?? '',
        keys: writes.map(({ key }) => `${key.partition}/${key.sort}`),
        latency: write,
        signal: options?.signal,
        effect: () => store.transact(checks, writes),
      }),
    delete: (key, { signal, ...options } = {}) =>
      remoteCall(caller, {
        name: 'items.delete',
        key: `${key.partition}/${key.sort}`,
        latency: write,
        signal,
        effect: () => store.delete(key, options),
      }),
  };
}
