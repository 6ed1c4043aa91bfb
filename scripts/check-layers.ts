import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Fewer modules than this mean that the parser saw nothing: dependency-cruiser then passes whatever the imports are. */
const LEAST_CRUISED = 250;
/** What has rules about its imports. */
export const FOLDERS: readonly string[] = ['driver', 'engine', 'shuffle', 'functions', 'infra', 'simulator', 'testing', 'bench'];

/** The summary of dependency-cruiser's JSON report. */
export interface CruiseSummary {
  readonly totalCruised: number;
  readonly violations: readonly { readonly rule: { readonly name: string }; readonly from: string; readonly to: string }[];
}

/** Runs dependency-cruiser over the sources below `root`. */
export async function cruise(root: string): Promise<CruiseSummary> {
  const command = join(import.meta.dirname, '../node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = [command, ...FOLDERS, '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const text of child.stdout.setEncoding('utf8')) output += text;
  return (JSON.parse(output) as { readonly summary: CruiseSummary }).summary;
}

/** What is wrong with the imports; null: nothing. */
export function judgeCruise({ totalCruised, violations }: CruiseSummary): string | null {
  if (totalCruised < LEAST_CRUISED) return `only ${totalCruised} modules were cruised; at least ${LEAST_CRUISED} are expected`;
  if (violations.length === 0) return null;
  return violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`).join('\n');
}
