import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LevinError } from '../../engine/errors/levin-error.ts';

/** AWS's CDK, as it is installed where levin is. What it prints goes to stderr. */
export interface CdkCommand {
  /** Writes the templates and assets of levin's app into a folder. */
  synthesize(context: Readonly<Record<string, string>>, folder: string): Promise<void>;
  /** Runs `cdk` in a folder, which should be nobody's: a cdk.json there would have a say. */
  run(args: readonly string[], folder: string): Promise<void>;
}

const PACKAGES = ['aws-cdk', 'aws-cdk-lib', 'constructs'] as const;

/** The third refuses what `aws-cdk-lib` 2 writes. */
const CLI_MAJOR = 2;

/** Fails with `CDK_MISSING` and the line that installs what is missing. */
export function findCdk(): CdkCommand {
  const [cli] = PACKAGES.map(packageFile) as [string];
  const { version } = JSON.parse(readFileSync(cli, 'utf8')) as { readonly version: string };
  if (Number.parseInt(version, 10) !== CLI_MAJOR)
    throw missing(`aws-cdk is installed in version ${version}, and must be of version ${CLI_MAJOR}`);
  const bin = join(dirname(cli), 'bin/cdk');
  const app = fileURLToPath(new URL(`../../infra/app${extname(import.meta.url)}`, import.meta.url));
  return {
    synthesize: (context, folder) => runNode([app], { folder, env: { CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(context) } }),
    run: (args, folder) =>
      runNode([bin, ...args, '--no-notices', '--no-version-reporting'], { folder, env: { CDK_DISABLE_CLI_TELEMETRY: 'true' } }),
  };
}

interface RunNode {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

async function runNode(args: readonly [script: string, ...rest: readonly string[]], { folder, env }: RunNode): Promise<void> {
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 2, 2], env: { ...process.env, ...env } });
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code === 0) return;
  const command = args.length > 1 ? `cdk ${args[1]}` : 'the CDK app';
  throw new LevinError({
    code: 'CDK_FAILED',
    fault: 'user',
    message: `${command} ended with code ${code}; what it said stands above. Correct that and run levin deploy again: it goes on where it stopped.`,
    details: { command, exitCode: code },
  });
}

/** From levin's own folder, for that is where its app imports them from. */
function packageFile(name: string): string {
  try {
    return createRequire(import.meta.url).resolve(`${name}/package.json`);
  } catch {
    throw missing(`${name} is not installed`);
  }
}

function missing(what: string): LevinError {
  return new LevinError({
    code: 'CDK_MISSING',
    fault: 'user',
    message: `levin deploy uses AWS's CDK, which does not come with levin: ${what}. Install it: npm install --save-dev aws-cdk@^${CLI_MAJOR} aws-cdk-lib constructs`,
  });
}
