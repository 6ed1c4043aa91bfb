import { spawnSync } from 'node:child_process';

const TOOLS = [
  ['spin', '-V'],
  ['gcc', '--version'],
];

/** What `npm run model` needs and this machine has not. */
export function missingTools() {
  return TOOLS.filter(([tool, ask]) => spawnSync(tool, [ask], { stdio: 'ignore' }).error !== undefined).map(([tool]) => tool);
}
