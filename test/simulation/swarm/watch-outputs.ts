import { readOutputRecords } from '../../../driver/planner/output-records.ts';
import type { SimWorld } from '../../../simulator/sim-world.ts';
import type { ExpectedOutput } from './sim-job.ts';

/** Reads an output folder as levin does: what it holds must be one of the expected contents, whole, and never an earlier one again. */
export function watchOutput(output: ExpectedOutput): { look(world: SimWorld): Promise<void>; readonly reached: () => number } {
  let reached = -1;
  return {
    reached: () => reached,
    async look({ files }) {
      const folder = output.path.slice(1);
      const { manifest } = await readOutputRecords(files, folder);
      if (manifest === null) {
        if (reached >= 0) throw new Error(`the output ${output.path} has disappeared`);
        return;
      }
      const lines: string[] = [];
      for (const { name } of manifest.files) {
        const text = new TextDecoder().decode(await files.get(`${folder}/${name}`));
        lines.push(...text.split('\n').filter((line) => line !== ''));
      }
      const seen = JSON.stringify(lines.sort());
      const at = output.contents.findIndex((content, i) => i >= reached && JSON.stringify(content) === seen);
      if (at < 0) throw new Error(`the output ${output.path} holds ${lines.length} lines that are none of its contents`);
      reached = at;
    },
  };
}
