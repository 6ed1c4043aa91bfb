// Fits a line to points by gradient descent: the file is read and parsed in the first of twenty passes only.
import { Context } from 'levin';

await using lv = await Context.create();
const points = lv
  .textFile('points.txt', 2)
  .map((line) => line.split(' ').map(Number) as [x: number, y: number])
  .cache();
const count = await points.count();
let [slope, offset] = [0, 0];
for (let pass = 1; pass < 20; pass++) {
  const [ds, db] = await points
    .map(([x, y]) => {
      const error = slope * x + offset - y;
      return [error * x, error];
    })
    .reduce(([a, b], [c, d]) => [a + c, b + d]);
  slope -= ds / count;
  offset -= db / count;
}
console.log(JSON.stringify([slope, offset]));
points.unpersist();
