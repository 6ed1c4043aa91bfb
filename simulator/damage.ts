import type { RemoteCaller } from './remote-call.ts';
import type { SimWorld } from './sim-world.ts';

/** Outputs of tasks: what can be made again. */
const OUTPUT_OF_STAGE = /^(apps\/[^/]+\/(?:shuffle|results)\/[^/]+)\/\d+-/;
/** Four stage attempts in a row that find their input lost end a job: losses stay below. */
const MAX_LOSSES_OF_A_STAGE = 2;
const MAX_LOSSES = 3;

/** What is stored under the key gets lost or damaged before it is read, where it is a task's output. */
export async function damageStored(world: SimWorld, key: string): Promise<void> {
  const stage = OUTPUT_OF_STAGE.exec(key)?.[1];
  if (stage === undefined) return;
  const { plan, objects } = world;
  const limits = [
    { scope: `losses ${stage}`, most: MAX_LOSSES_OF_A_STAGE },
    { scope: 'losses', most: MAX_LOSSES },
  ];
  if (plan.strikes('delete', key, limits)) await objects.deleteMany([key]);
  if (!plan.strikes('corrupt', key, limits)) return;
  const bytes = await objects.get(key);
  await objects.put(key, flipped(bytes, plan.number(key)));
}

/** The bytes as they come over the wire; only of outputs, whose readers check them and ask again once. */
export function flippedBit({ world, process }: RemoteCaller, key: string, bytes: Uint8Array): Uint8Array {
  const { plan } = world;
  const point = `${process.name} ${key}`;
  if (!OUTPUT_OF_STAGE.test(key) || !plan.strikes('flippedRead', point, [{ scope: `flips ${key}`, most: 1 }])) return bytes;
  return flipped(bytes, plan.number(point));
}

function flipped(bytes: Uint8Array, u: number): Uint8Array {
  if (bytes.length === 0) return bytes;
  const copy = bytes.slice();
  const at = Math.floor(u * copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(u * 8));
  return copy;
}
