import { readOutputRecords } from '../../../driver/planner/output-records.ts';
import { isVisibleName, SUCCESS } from '../../../engine/types/output-names.ts';
import type { SimWorld } from '../../../simulator/sim-world.ts';
import type { ExpectedOutput } from './sim-job.ts';

export interface OutputWatch {
  look(world: SimWorld): Promise<void>;
  /** A driver that was replaced has done this, behind a look at its lease that was true when it was made: files cannot be fenced (docs/protocols.md). */
  late(effect: { readonly name: string; readonly key: string }): void;
  /** The application has ended in order: what is missing in the folder, or lies there and is nobody's any more; `late`: attempts may still write. */
  left(world: SimWorld, late: boolean): Promise<readonly string[]>;
  readonly reached: () => number;
}

/**
 * Reads an output folder as levin does: what it holds must be one of the expected contents, whole, and never an earlier one again. Other readers find
 * _SUCCESS only beside just those files.
 */
export function watchOutput(output: ExpectedOutput): OutputWatch {
  let reached = -1;
  let unmarkedLate = false;
  const folder = output.path.slice(1);
  const namesIn = async ({ files }: SimWorld): Promise<readonly string[]> =>
    (await files.list(`${folder}/`)).objects.map(({ key }) => key.slice(folder.length + 1));
  return {
    reached: () => reached,
    late({ name, key }) {
      if (name === 'files.deleteMany' && key === `${folder}/${SUCCESS}`) unmarkedLate = true;
    },
    async look(world) {
      const { files } = world;
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
      const names = await namesIn(world);
      if (!names.includes(SUCCESS)) return;
      const [visible, named] = [names.filter(isVisibleName).sort(), manifest.files.map(({ name }) => name).sort()];
      if (visible.join() !== named.join())
        throw new Error(`_SUCCESS stands in ${output.path} beside ${visible.length} files, not ${named.length}`);
    },
    async left(world, late) {
      const names = await namesIn(world);
      const missing = names.includes(SUCCESS) || unmarkedLate ? [] : ['no _SUCCESS'];
      const manifests = names.filter((name) => name.startsWith('_levin/manifest-'));
      const others = names.filter((name) => name.startsWith('_levin/') && !name.startsWith('_levin/manifest-'));
      return [...missing, ...manifests.slice(1), ...others.filter((name) => !late || !name.endsWith('.staged'))];
    },
  };
}
