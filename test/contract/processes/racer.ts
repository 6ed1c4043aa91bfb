import { createInterface } from 'node:readline';
import { bodyOf, openStores } from './open-stores.ts';

/** For each key that it is sent: puts an object and an item under it if absent, and tells what it won. */
const [folder = '', name = ''] = process.argv.slice(2);
const { objects, metadata } = openStores(folder);

console.log('ready');
for await (const key of createInterface({ input: process.stdin })) {
  const [object, item] = await Promise.all([
    objects.put(`race/${key}`, bodyOf(name, 0), { ifAbsent: true }),
    metadata.put({ partition: 'race', sort: key }, { winner: name }, { condition: { kind: 'absent' } }),
  ]);
  console.log(JSON.stringify({ object: object.stored, item: item.written ? name : item.current?.['winner'] }));
}
await metadata.close();
