import { LevinError } from '../../errors/levin-error.ts';
import type { AnyFunction } from './driver-registry.ts';

type Class<T> = abstract new (...args: never[]) => T;

/** How instances of a class travel that cannot say so itself. */
export interface Serializer<T, D = unknown> {
  /** Gives plain data. */
  serialize(value: T): D;
  /** Makes an instance from that data. */
  deserialize(data: D): T;
}

interface Registrations {
  readonly idOf: WeakMap<AnyFunction, string>;
  readonly classOf: Map<string, AnyFunction>;
  readonly serializers: WeakMap<AnyFunction, Serializer<unknown>>;
  readonly inits: { readonly run: () => unknown; done: boolean }[];
}

const KEY: unique symbol = Symbol.for('levin.registrations.v1');

/** What user modules registered; driver and executors evaluate the same modules, so both know it. */
export function registrations(): Registrations {
  const holder = globalThis as { [KEY]?: Registrations };
  holder[KEY] ??= { idOf: new WeakMap(), classOf: new Map(), serializers: new WeakMap(), inits: [] };
  return holder[KEY];
}

/**
 * Lets instances of a class travel that no user module exports or imports by name, such as a class inside an npm package.
 * Call it at the top level of an imported module: driver and executors both evaluate that.
 *
 * @throws LevinError `CLASS_ALREADY_REGISTERED` when the id names another class.
 * @example registerClass('decimal', Decimal);
 */
export function registerClass(id: string, target: Class<unknown>): void {
  const { idOf, classOf } = registrations();
  const known = classOf.get(id);
  if (known !== undefined && known !== target && nameOf(known) !== nameOf(target)) {
    throw new LevinError({
      code: 'CLASS_ALREADY_REGISTERED',
      fault: 'user',
      message: `registerClass: the id "${id}" already names class ${known.name}, so it cannot name class ${target.name} too. Give each class an id of its own.`,
    });
  }
  idOf.set(target, id);
  classOf.set(id, target);
}

/** Bundlers put `_` before the name of a class that names itself. */
function nameOf({ name }: { readonly name: string }): string {
  return name.replace(/^_/, '');
}

/**
 * Gives the instances of a class a form that travels: for host objects and classes with #private fields that are not yours.
 * The class must be importable by name in a user module or be registered by `registerClass`.
 *
 * @example registerSerializer(Decimal, { serialize: (d) => d.toString(), deserialize: (s) => new Decimal(s) });
 */
export function registerSerializer<T, D>(target: Class<T>, serializer: Serializer<T, D>): void {
  registrations().serializers.set(target, serializer as Serializer<unknown>);
}

/**
 * Runs `fn` once in each executor, before the first task that uses the module which calls this. On the driver it does nothing.
 * Call it at the top level of an imported module. When it throws or rejects, the task fails and the next one tries again.
 *
 * @example executorInit(async () => { await pool.connect(); });
 */
export function executorInit(fn: () => unknown): void {
  registrations().inits.push({ run: fn, done: false });
}

/** Called by a worker before a task, after its modules are loaded: runs what `executorInit` was given and did not succeed yet. */
export async function runExecutorInits(): Promise<void> {
  for (const init of registrations().inits) {
    if (init.done) continue;
    await init.run();
    init.done = true;
  }
}
