// Where k warehouses would stand near everybody: npx levin run examples/k-means.ts zipcodes.csv 6
import { crc32 } from 'node:zlib';
import type { Context } from 'levin';

interface Point {
  readonly x: number;
  readonly y: number;
}

export default async function kMeans(lv: Context, args: readonly string[]): Promise<void> {
  const [input = 'node_modules/vega-datasets/data/zipcodes.csv', k = '6', maxIterations = '40'] = args;

  const points = lv
    .csvFile<'latitude' | 'longitude'>(input, { header: true })
    .map(({ latitude, longitude }) => toPlane(Number(latitude), Number(longitude)))
    .repartition(lv.defaultParallelism); // a CSV file is read by one task; what is spread here is there for every iteration

  // A random choice that is the same on every machine: the points with the smallest hashes.
  let centers: readonly Point[] = await points.takeOrdered(Number(k), ({ x, y }) => crc32(`${x} ${y}`));
  let iteration = 0;
  let moved = Number.POSITIVE_INFINITY;
  while (moved > 1 && iteration < Number(maxIterations)) {
    iteration++;
    const sums = await points
      .map((point) => [nearest(point, centers), { ...point, n: 1 }]) // takes the centers along as they are now
      .reduceByKeyLocally((a, b) => ({ x: a.x + b.x, y: a.y + b.y, n: a.n + b.n }));
    const next = centers.map((center, i) => {
      const sum = sums.get(i);
      return sum === undefined ? center : { x: sum.x / sum.n, y: sum.y / sum.n };
    });
    moved = Math.max(...next.map((center, i) => distance(center, centers[i] as Point)));
    centers = next;
  }

  const members = await points.map((point) => nearest(point, centers)).countByValue();
  console.log(moved > 1 ? `not settled after ${iteration} iterations` : `settled after ${iteration} iterations`);
  const sizes = centers.map((center, i) => ({ center, size: members.get(i) ?? 0 }));
  for (const { center, size } of sizes.sort((a, b) => b.size - a.size)) {
    console.log(`${String(size).padStart(6)} zip codes around ${toDegrees(center)}`);
  }
}

const KM_PER_DEGREE = 111.2;
const KM_PER_DEGREE_EAST = KM_PER_DEGREE * Math.cos((39 * Math.PI) / 180); // at 39° north, the middle of the country

function toPlane(latitude: number, longitude: number): Point {
  return { x: longitude * KM_PER_DEGREE_EAST, y: latitude * KM_PER_DEGREE };
}

function toDegrees({ x, y }: Point): string {
  return `${(y / KM_PER_DEGREE).toFixed(2)}, ${(x / KM_PER_DEGREE_EAST).toFixed(2)}`;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function nearest(point: Point, centers: readonly Point[]): number {
  let best = 0;
  for (let i = 1; i < centers.length; i++) {
    if (distance(point, centers[i] as Point) < distance(point, centers[best] as Point)) best = i;
  }
  return best;
}
