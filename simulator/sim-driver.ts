import { type Context, contextOf } from '../driver/api/context.ts';
import type { Application } from '../driver/application/application.ts';
import { openDriver } from '../driver/application/open-driver.ts';
import type { ConfigInput } from '../driver/config/config-input.ts';
import { loadConfig } from '../driver/config/load-config.ts';
import type { DriverRunner, Stores } from '../driver/wiring.ts';
import { createExchange } from '../shuffle/exchange.ts';
import type { FaultLimit } from './fault-plan.ts';
import type { FunctionTable } from './function-table.ts';
import { connectRemote } from './remote-stores.ts';
import type { SimProcess } from './sim-process.ts';
import type { SimWorld } from './sim-world.ts';

export interface SimDriverOptions {
  readonly world: SimWorld;
  readonly process: SimProcess;
  readonly appId: string;
  readonly resumed: boolean;
  readonly config: ConfigInput;
  readonly functions: FunctionTable;
  readonly runner: DriverRunner;
  readonly crashLimits: () => readonly FaultLimit[];
}

const CWD = '/work';

/** The real driver in a simulated process: everything between the Context and the ports is the product's own. */
export async function openSimDriver(options: SimDriverOptions): Promise<Context> {
  return contextOf(await openSimApplication(options));
}

/** The same without the API around it. */
export async function openSimApplication(options: SimDriverOptions): Promise<Application> {
  const { process, appId, functions, runner } = options;
  const { clock } = process;
  const remote = connectRemote({ ...options, name: process.name });
  const { stores: own, usage } = remote.open();
  const { objects, files, staged, metadata } = own;
  const stores: Stores = {
    objects,
    files,
    staged,
    metadata: { ...metadata, close: async () => undefined },
    exchange: createExchange({ objects }),
    clock,
    random: remote.random,
    requests: usage,
    placeOf: (key) => key,
  };
  const silent = { write: () => true };
  return await openDriver({
    ...loadConfig([{ name: 'simulator', values: { quiet: true, logLevel: 'off', progress: 'none', ...options.config } }]),
    appId,
    name: 'simulated',
    start: { argv: [], args: [], cwd: CWD, root: CWD, main: 'job.ts', conf: {}, levin: '0', nodeMajor: 24 },
    stores,
    resumed: options.resumed,
    process: { pid: 1, space: process.name, started: null },
    host: {
      cwd: CWD,
      stdout: silent,
      stderr: silent,
      ship: functions.ship,
      onProcessEnd: () => ({ release: () => undefined, interrupt: () => process.kill() }),
    },
    runnerOf: () => runner,
    onEnd: () => undefined,
  });
}
