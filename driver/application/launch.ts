import type { DriverLife } from '../chaos/driver-life.ts';
import type { EngineLookUp } from '../wiring.ts';

/** How this driver process was started: what the command line says beyond the loader. */
export interface Launch {
  /** Settings from flags, as text. */
  readonly flags: Readonly<Record<string, string>>;
  /** Settings out of the journal of the application that is resumed, as text. */
  readonly journaled: Readonly<Record<string, string>>;
  /** Arguments of the job. */
  readonly args: readonly string[];
  /** The job file, when levin run was given one. */
  readonly main: string | null;
  /** Project root, where the sources are not here; null: as the loader knows it. */
  readonly root: string | null;
  /** Application to resume; null: a new one. */
  readonly appId: string | null;
  /** Of a driver that is killed on purpose and started again; null: nobody watches it. */
  readonly life: DriverLife | null;
  /** Of the engine on AWS that flags or environment name; null: none is looked for yet. */
  readonly engine: EngineLookUp | null;
}

// On globalThis: the CLI and the job may use two copies of levin.
const KEY = Symbol.for('levin.launch');
const slot = globalThis as { [KEY]?: Launch };

export function setLaunch(launch: Launch): void {
  slot[KEY] = launch;
}

/** What the CLI said; a job started by `node --import levin/register` has its arguments only. */
export function currentLaunch(): Launch {
  return (
    slot[KEY] ?? {
      flags: {},
      journaled: {},
      args: process.argv.slice(2),
      main: process.argv[1] ?? null,
      root: null,
      appId: null,
      life: null,
      engine: null,
    }
  );
}
