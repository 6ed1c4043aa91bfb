import { levinPackage } from '../../engine/closures/loading/levin-package.ts';
import { findProjectRoot, moduleIdOf } from '../../engine/closures/loading/project-root.ts';
import { LevinError } from '../../engine/errors/levin-error.ts';
import { journaledConf } from '../application/journaled-settings.ts';
import { environmentSource, type LoadedConfig, loadConfig } from '../config/load-config.ts';
import { type Master, parseMaster } from '../config/parse-master.ts';
import type { PackedJob } from '../submission/packed-job.ts';
import { checkJobFile } from './job-file.ts';
import { projectSettings } from './state-dir.ts';
import type { SubmitArguments } from './submit-arguments.ts';

/** Engine of those who name none. */
const DEFAULT_MASTER = 'aws';

/** A job file with the settings it is to run with on an engine, before it is packed. */
export interface Submission {
  readonly master: Extract<Master, { kind: 'aws' }>;
  readonly loaded: LoadedConfig;
  pack(): Promise<PackedJob>;
}

/** Fails with `NOT_ON_AWS` where its tasks would run elsewhere. */
export async function readSubmission(options: SubmitArguments): Promise<Submission> {
  const main = checkJobFile('submit', options.job);
  const project = await projectSettings(main);
  const given = [{ name: 'flag', values: options.flags }, environmentSource(process.env), ...(project === null ? [] : [project])];
  const loaded = loadConfig([...given, { name: 'levin submit', values: { master: DEFAULT_MASTER } }]);
  const master = parseMaster(loaded.config.master);
  if (master.kind !== 'aws') throw notOnAws(loaded.config.master);
  return {
    master,
    loaded,
    async pack() {
      const { packFiles } = await import('./pack-job.ts');
      return { name: loaded.config.appName ?? null, start: startOf(options, main, loaded), files: await packFiles(main) };
    },
  };
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
