import { levinPackage } from '../../engine/closures/loading/levin-package.ts';
import { findProjectRoot, moduleIdOf } from '../../engine/closures/loading/project-root.ts';
import { LevinError } from '../../engine/errors/levin-error.ts';
import { objectKeys } from '../../engine/types/keys.ts';
import { newApplicationId } from '../application/application-id.ts';
import { journaledConf } from '../application/journaled-settings.ts';
import { onEngine } from '../application/on-engine.ts';
import { environmentSource, type LoadedConfig, loadConfig } from '../config/load-config.ts';
import { parseMaster } from '../config/parse-master.ts';
import { createSubmission } from '../submission/create-submission.ts';
import { encodeJob, type PackedJob } from '../submission/packed-job.ts';
import { openWiring, ownProcess } from '../wiring.ts';
import { checkJobFile } from './job-file.ts';
import { projectSettings } from './state-dir.ts';
import { parseSubmitArguments, type SubmitArguments } from './submit-arguments.ts';

/** Engine of those who name none. */
const DEFAULT_MASTER = 'aws';

/** `levin submit job.ts`: the driver is a function, too. Prints the application's id. */
export async function submit(argv: readonly string[]): Promise<void> {
  const options = parseSubmitArguments(argv);
  const main = checkJobFile('submit', options.job);
  const loaded = await settings(options, main);
  const master = parseMaster(loaded.config.master);
  if (master.kind !== 'aws') throw notOnAws(loaded.config.master);
  const { lookUpEngine } = await import('../wiring.ts');
  const engine = lookUpEngine(master.engine);
  const { packFiles } = await import('./pack-job.ts');
  const job: PackedJob = { name: loaded.config.appName ?? null, start: startOf(options, main, loaded), files: await packFiles(main) };
  const { stores } = await openWiring({ master, stateDir: '', engine, requesterPays: loaded.config.requesterPays, upload: false });
  try {
    const { bytes, hash } = encodeJob(job);
    const appId = newApplicationId(stores.clock, stores.random);
    const key = objectKeys.job(appId, hash);
    await stores.objects.put(key, bytes);
    await createSubmission({ appId, job, submitted: { key, hash }, leaseMs: loaded.config.leaseMs, process: ownProcess(), stores });
    const { invokeDriver } = await import('../wiring-aws.ts');
    await invokeDriver(master.engine, { kind: 'drive', appId, life: 1 });
    process.stdout.write(`${appId}\n`);
    process.stderr.write(
      `levin: submitted to ${loaded.config.master}; levin logs ${appId}${onEngine(loaded.config.master)} --follow shows what it prints\n`,
    );
  } finally {
    await stores.metadata.close();
  }
}

async function settings({ flags }: SubmitArguments, main: string): Promise<LoadedConfig> {
  const project = await projectSettings(main);
  const given = [{ name: 'flag', values: flags }, environmentSource(process.env), ...(project === null ? [] : [project])];
  return loadConfig([...given, { name: 'levin submit', values: { master: DEFAULT_MASTER } }]);
}

function startOf({ args }: SubmitArguments, main: string, loaded: LoadedConfig): PackedJob['start'] {
  const root = findProjectRoot(main);
  return {
    argv: [process.execPath, main, ...args],
    args,
    cwd: process.cwd(),
    root,
    main: moduleIdOf(root, main),
    conf: journaledConf(loaded),
    levin: levinPackage().version,
    nodeMajor: Number.parseInt(process.versions.node, 10),
  };
}

function notOnAws(master: string): LevinError {
  return new LevinError({
    code: 'NOT_ON_AWS',
    fault: 'user',
    message: `levin submit: the driver would be a function, so tasks have to be, too; but master is "${master}". Say --on aws or --on aws:ENGINE, or run the job here: levin run.`,
    details: { master },
  });
}
