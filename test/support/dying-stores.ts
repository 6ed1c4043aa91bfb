import type { TestStores } from './engine.ts';

/** The driver dies with its n-th write: before it or after it. Nothing that it asks for is answered then. */
export interface Death {
  readonly write: number;
  readonly when: 'before' | 'after';
}

export interface DyingStores {
  readonly stores: TestStores;
  /** Writes that were made. */
  writes(): number;
  readonly died: () => boolean;
}

/** The same stores as one driver sees them until it dies. */
export function dyingStores(stores: TestStores, death: Death): DyingStores {
  let writes = 0;
  let dead = false;
  const die = (): never => {
    dead = true;
    throw new Error('the driver is dead');
  };
  const write = async <R>(work: () => Promise<R>): Promise<R> => {
    if (dead) die();
    const mine = ++writes === death.write;
    if (mine && death.when === 'before') die();
    const done = await work();
    if (mine) die();
    return done;
  };
  const read = async <R>(work: () => Promise<R>): Promise<R> => (dead ? die() : await work());
  const wrap = <T extends object>(store: T, writing: readonly string[]): T =>
    Object.fromEntries(
      Object.entries(store).map(([name, call]) => [
        name,
        (...args: unknown[]) => (writing.includes(name) ? write : read)(() => (call as (...a: unknown[]) => Promise<unknown>)(...args)),
      ]),
    ) as T;
  return {
    stores: {
      clock: stores.clock,
      objects: wrap(stores.objects, ['put', 'deleteMany']),
      files: wrap(stores.files, ['put', 'deleteMany']),
      staged: wrap(stores.staged, ['mark', 'stage', 'publish', 'discard']),
      metadata: wrap(stores.metadata, ['put', 'transact', 'delete']),
    },
    writes: () => writes,
    died: () => dead,
  };
}
