import type { MetadataStore } from '../engine/ports/metadata-store.ts';
import { wholeBody } from '../engine/ports/object-body.ts';
import type { DeleteReport, ObjectStore } from '../engine/ports/object-store.ts';
import type { Random } from '../engine/ports/random.ts';
import type { StagedFiles } from '../engine/ports/staged-files.ts';
import type { RemoteStores } from '../engine/ports/wrappers/remote-stores.ts';
import { createStoreWrappers, type WrappedStores } from '../engine/ports/wrappers/wrap-remote-stores.ts';
import { damageStored, flippedBit } from './damage.ts';
import type { FaultLimit } from './fault-plan.ts';
import { type RemoteCaller, remoteCall } from './remote-call.ts';
import { createBandwidth } from './request-rates.ts';
import type { SimProcess } from './sim-process.ts';
import type { SimWorld } from './sim-world.ts';

/** The services as one process sees them: over a network, with what makes remote stores usable around them. */
export interface Remote {
  readonly random: Random;
  /** Each call is one request, as it comes. */
  readonly adapters: RemoteStores;
  /** Stores that count their own requests. */
  open(): WrappedStores;
}

export interface RemoteOptions {
  readonly world: SimWorld;
  readonly process: SimProcess;
  readonly name: string;
  readonly crashLimits: () => readonly FaultLimit[];
}

export function connectRemote({ world, process, name, crashLimits }: RemoteOptions): Remote {
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
  const adapters: RemoteStores = {
    objects: remoteObjects(caller, world.objects, 'objects'),
    files: remoteObjects(caller, world.files, 'files'),
    staged: remoteStaged(caller, world.staged),
    metadata: remoteMetadata(caller, world.metadata),
  };
  const wrappers = createStoreWrappers({ clock: process.clock, random });
  return { random, adapters, open: () => wrappers.wrap(adapters) };
}

function remoteObjects(caller: RemoteCaller, store: ObjectStore, name: string): ObjectStore {
  const { world } = caller;
  const { objectReadMs: read, objectWriteMs: write } = world.facts;
  const received = (key: string, bytes: Uint8Array): Uint8Array => flippedBit(caller, key, bytes);
  return {
    async put(key, body, options) {
      // What is under way stays as it is, also when its caller has given it up.
      const bytes = wholeBody(key, body);
      return await remoteCall(caller, {
        name: `${name}.put`,
        key,
        latency: write,
        bytes: bytes.length,
        onSent: options?.onSent,
        signal: options?.signal,
        effect: () => store.put(key, bytes, options?.ifAbsent === undefined ? {} : { ifAbsent: options.ifAbsent }),
      });
    },
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
    async stage(key, body, options) {
      const bytes = wholeBody(key, body);
      return await remoteCall(caller, {
        name: 'staged.stage',
        key,
        latency: write,
        bytes: bytes.length,
        signal: options?.signal,
        effect: () => staged.stage(key, bytes),
      });
    },
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
