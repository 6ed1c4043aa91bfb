import { hash } from 'node:crypto';
import { resolve } from 'node:path';
import { levinPackage } from '../../engine/closures/loading/levin-package.ts';
import type { ShippedClosure } from '../../engine/closures/shipped-closure.ts';
import { errorCode } from '../../engine/errors/levin-error.ts';
import type { LevinConfig } from '../config/config-input.ts';
import type { EffectiveConf } from '../config/load-config.ts';
import { parseMaster } from '../config/parse-master.ts';
import { attachConsole } from '../console/attach-console.ts';
import { createEventBus } from '../events/event-bus.ts';
import { createEventLog } from '../events/event-log.ts';
import { stepName } from '../journal/replay-steps.ts';
import type { Lease } from '../lease/lease.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { OpenRunner, Stores } from '../wiring.ts';
import type { AppJournal } from './app-journal.ts';
import type { AppRecorder } from './app-record.ts';
import type { ActionRequest, Application } from './application.ts';
import { createApplicationEnd } from './application-end.ts';
import { createApplicationEngine } from './application-engine.ts';
import { capturedSecrets } from './captured-secrets.ts';
import type { DriverHost } from './driver-host.ts';
import { createJobControl } from './job-control.ts';
import { startEvents } from './start-events.ts';
import { createStatusTracker } from './status-tracker.ts';

export interface StartApplication {
  readonly appId: string;
  readonly name: string;
  readonly config: LevinConfig;
  readonly overrides: readonly string[];
  readonly effective: EffectiveConf;
  /** Project root. */
  readonly root: string;
  readonly stores: Stores;
  readonly lease: Lease;
  readonly journal: AppJournal;
  readonly record: AppRecorder;
  readonly resumed: boolean;
  readonly host: DriverHost;
  readonly runnerOf: OpenRunner;
  readonly onEnd: () => void;
}

/** Everything that runs jobs, tied together; the lease is held and the journal open. */
export async function startApplication(start: StartApplication): Promise<Application> {
  const { appId, config, stores, lease, journal, host } = start;
  const { clock } = stores;
  const master = parseMaster(config.master);
  const bus = createEventBus(clock);
  const warn = (code: string, message: string): void => bus.emit({ kind: 'warning', code, message });
  const log = createEventLog({
    objects: stores.objects,
    appId,
    epoch: lease.epoch,
    clock,
    onError(error) {
      // Who has taken over tells what happens from here on.
      if (errorCode(error) !== 'LEASE_LOST') warn('EVENT_LOG', `The event log cannot be written: ${String(error)}`);
    },
  });
  bus.subscribe(log.write);
  const console = attachConsole({ bus, config, clock, stdout: host.stdout, stderr: host.stderr });
  const runner = start.runnerOf({
    stores,
    localDir: config.localDir === null ? null : resolve(config.localDir),
    shuffleCompression: config.shuffleCompression,
    storageFraction: config.storageFraction,
    allowedEnv: config.allowedEnv,
    broadcastCacheBytes: config.broadcastCacheBytes,
    requesterPays: config.requesterPays,
    onWarning: (message) => warn('RUNNER', message),
    onFault: (fault) => bus.emit({ kind: 'faultInjected', ...fault }),
    onOutput: (executorId, text) => console.write(`[executor ${executorId}] ${text}`),
  });
  const control = createJobControl({ runner, bus });
  const { add: addToStatus, ...status } = createStatusTracker();
  bus.subscribe(addToStatus);
  const { concurrency } = runner.capabilities;
  runner.prewarm(concurrency);
  startEvents(bus, start);

  const engine = createApplicationEngine({ appId, root: start.root, cwd: host.cwd, config, stores, lease, journal, runner, bus });
  const { actions, steps } = engine;
  const life = createApplicationEnd({
    appId,
    master: config.master,
    stores,
    lease,
    journal,
    record: start.record,
    engine: engine.jobs,
    runner,
    bus,
    log,
    console,
    onProcessEnd: host.onProcessEnd,
    onEnd: start.onEnd,
  });
  const checkOpen = (operation: string): void => {
    life.checkOpen(operation);
    steps.refuseWithin(operation);
  };
  let seeds = 0;
  const warned = new Set<string>();
  return {
    id: appId,
    name: start.name,
    master: config.master,
    defaultParallelism: config.defaultParallelism ?? runner.defaultParallelism ?? concurrency,
    version: levinPackage().version,
    startTime: start.record.startedAtMs,
    conf: start.effective,
    jobs: control,
    status,
    setLogLevel: console.setLogLevel,
    node(shape, operation, callSite) {
      checkOpen(operation);
      return engine.node(shape, operation, callSite);
    },
    ship(operation, fn, callSite) {
      checkOpen(operation);
      const onWarning = ({ code, message }: { readonly code: string; readonly message: string }): void => {
        // A call in a loop says it once.
        const said = `${code} ${callSite === null ? message : `${callSite.file}:${callSite.line}:${callSite.column}`}`;
        if (warned.has(said)) return;
        warned.add(said);
        warn(code, message);
      };
      const shipped = host.ship(fn as (...args: never[]) => unknown, { operation, callSite, allowedEnv: config.allowedEnv, onWarning });
      // On this machine nothing learns of them that could not read the environment itself.
      if (master.kind === 'aws') warnOfSecrets(shipped, warn);
      return shipped;
    },
    broadcast(value, callSite) {
      life.checkOpen('broadcast');
      const { broadcast, pieces } = engine.broadcasts.make(value, callSite);
      if (master.kind === 'aws') for (const bytes of pieces) warnOfSecrets({ bytes, operation: 'broadcast', callSite }, warn);
      return broadcast;
    },
    accumulator(made) {
      checkOpen(made.kind === 'custom' ? 'accumulator' : `${made.kind}Accumulator`);
      return engine.jobs.accumulators.create(made);
    },
    nextSeed: () => Number.parseInt(hash('sha256', `${appId}/${seeds++}`, 'hex').slice(0, 8), 16),
    async step(name, fn, callSite) {
      life.checkOpen('step');
      const inTime = async (): Promise<Awaited<ReturnType<typeof fn>>> => {
        await life.gate();
        const result = await fn();
        life.checkOpen(stepName(name));
        return result;
      };
      try {
        return await steps.run(name, inTime, callSite);
      } catch (error) {
        life.failed(error);
        throw error;
      } finally {
        await life.gate();
      }
    },
    draw(of, callSite) {
      life.checkOpen(of);
      try {
        return steps.draw(of, callSite);
      } catch (error) {
        life.failed(error);
        throw error;
      }
    },
    async numPartitions(node) {
      checkOpen('getNumPartitions');
      return (await control.run(asking('getNumPartitions', node), engine.factsOf)).numPartitions;
    },
    persist(node, level) {
      checkOpen('persist');
      engine.persist(node, level);
    },
    unpersist(node) {
      checkOpen('unpersist');
      engine.unpersist(node);
    },
    persistedAt: engine.persistedAt,
    async debugString(node) {
      checkOpen('toDebugString');
      return await control.run(asking('toDebugString', node), engine.debugString);
    },
    async runAction(request, body) {
      checkOpen(request.name);
      return await life.track(control.run(request, (mine) => actions.run(mine, body)));
    },
    async saveAction(request) {
      checkOpen(request.name);
      await life.track(control.run(request, actions.save));
    },
    streamAction(request, body) {
      checkOpen(request.name);
      return life.gated(control.stream(request, (mine) => actions.stream(mine, body)));
    },
    defaultSaveMode: engine.defaultSaveMode,
    resolvePath: engine.resolvePath,
    stop: life.stop,
    fail: life.fail,
    handOver: life.handOver,
  };
}

/** Of an RDD, for what is no action and may have to run jobs all the same. */
function asking(name: string, node: LineageNode): ActionRequest {
  return { name, node, sink: { kind: 'count' }, callSite: node.callSite, options: {} };
}

function warnOfSecrets(
  { bytes, operation, callSite }: Pick<ShippedClosure, 'bytes' | 'operation' | 'callSite'>,
  warn: (code: string, message: string) => void,
): void {
  for (const name of capturedSecrets(bytes, process.env)) {
    const place = callSite === null ? '' : ` at ${callSite.file}:${callSite.line}`;
    warn(
      'CAPTURED_SECRET',
      `${operation === 'broadcast' ? 'the value of broadcast' : `the function of ${operation}`}${place} captures the value of the environment variable ${name}, which looks like a secret: it is stored in the engine's bucket in clear text until the application has succeeded. Use lv.secret(name), whose value functions ask for where they run, for example from Secrets Manager; or read process.env.${name} there and allow it (allowedEnv), which sends it with each task`,
    );
  }
}
