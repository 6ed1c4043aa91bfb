import { levinPackage } from '../../engine/closures/loading/levin-package.ts';
import { LevinError } from '../../engine/errors/levin-error.ts';
import { nearestName } from '../config/nearest-name.ts';
import { failProcess } from './fail-process.ts';

const COMMANDS: Readonly<Record<string, (argv: readonly string[]) => Promise<void>>> = {
  run: async (argv) => (await import('./run.ts')).run(argv),
  submit: async (argv) => (await import('./submit.ts')).submit(argv),
  logs: async (argv) => (await import('./logs.ts')).logs(argv),
  result: async (argv) => (await import('./result.ts')).result(argv),
  check: async (argv) => (await import('./check.ts')).check(argv),
  build: async (argv) => (await import('./build.ts')).build(argv),
  simulate: async (argv) => (await import('./simulate.ts')).simulate(argv),
  apps: async (argv) => (await import('./apps.ts')).apps(argv),
  cancel: async (argv) => (await import('./cancel.ts')).cancel(argv),
  gc: async (argv) => (await import('./gc.ts')).gc(argv),
  deploy: async (argv) => (await import('./deploy.ts')).deploy(argv),
  destroy: async (argv) => (await import('./destroy.ts')).destroy(argv),
  help: async () => help(),
  version: async () => version(),
};

/** The `levin` command. Never rejects: a failure is printed and becomes the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const [name = 'help', ...rest] = argv;
  const command = { '--help': 'help', '-h': 'help', '--version': 'version', '-v': 'version' }[name] ?? name;
  try {
    const action = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
    if (action === undefined) throw unknownCommand(command);
    await (asksForHelp(rest) ? help() : action(rest));
  } catch (error) {
    await failProcess(error);
  }
}

/** Before `--`: what stands behind it is for the job. */
function asksForHelp(argv: readonly string[]): boolean {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  return own.includes('--help') || own.includes('-h');
}

function unknownCommand(name: string): LevinError {
  const near = nearestName(name, Object.keys(COMMANDS));
  const hint = /\.[cm]?[jt]sx?$/.test(name) ? ` Run a job with: levin run ${name}.` : near === null ? '' : ` Did you mean "${near}"?`;
  return new LevinError({
    code: 'USAGE',
    fault: 'user',
    message: `unknown command "${name}".${hint} Commands: ${Object.keys(COMMANDS).join(', ')}.`,
  });
}

function help(): void {
  process.stdout.write(`levin: Spark's programming model in TypeScript

  levin run job.ts [options] [args…]   run a job file
    --on MASTER          where tasks run: local, local[4], local[*], local-cluster[2,1,512], aws   (--master is the same)
    --conf key=value     a setting (docs/configuration.md); may be repeated
    --app ID             resume an application
    --name NAME          name of the application
    --state-dir DIR      where journals and committed outputs are kept
    --chaos FAULTS       task=0.05,shuffle=0.02,driver=1: injects faults; the answer must stay the same (docs/chaos.md)
    --upload             with --on aws: files of this machine that the job reads are copied to S3
    --quiet              no progress, no summary
    -- args…             arguments of the job that look like options
  levin submit job.ts [options] [args…]   runs the driver on AWS, too; prints the application's ID
    --on aws[:ENGINE], --name NAME, --conf key=value
  levin logs ID [--follow]             what a submitted application printed
  levin result ID [--wait] [--json]    what it printed to stdout, what became of it; exit code 0, 1, or 2 while it is not over
  levin simulate job.ts [options] [args…]   how long and how much it would take on AWS Lambda, from the profile of a run (docs/what-if.md)
    --workers N          functions at once: 1000
    --input-bytes SIZE   as if the files it reads had this size: 1TB
    --memory-size MB     of a function: 1769
    --app ID, --events FILE   the profile of a run that took place
    --conf, --on, --seeds N, --seed TEXT, --json
  levin apps [--json]                  applications of the state folder: running, dead, failed, cancelled, finished
  levin cancel ID                      stops a running application; what it has committed is kept
  levin gc [ID…] [options]             removes applications that are over, and what killed processes left
    --older-than AGE     not heard of for so long: 14d (the default), 12h, 30m, 0; with IDs the age does not matter
    --dry-run            says what it would remove
    --history            event logs, too
  levin check [files…]                 functions that could never be shipped
  levin build job.ts --out dist        bundles ahead of time
  levin deploy [options]               makes or upgrades an engine on AWS, and says what it costs at rest (docs/aws.md)
    --name, --max-concurrency, --memory-sizes, --driver-memory-size, --time-limit, --architecture, --encryption, --kms-key,
    --log-retention, --read, --write; what is not given stays as it is
    --yes                bootstraps the CDK in this account and region, if it has not been
  levin destroy [--name NAME] [--yes]  removes an engine, and says what it keeps
  levin version

apps, cancel and gc take --on aws and --state-dir, too. Exit codes: 0 done, 1 failed, 130 Ctrl-C, 143 SIGTERM or levin cancel.
`);
}

function version(): void {
  process.stdout.write(`levin ${levinPackage().version} (Node ${process.version})\n`);
}
