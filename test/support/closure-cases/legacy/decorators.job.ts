// @ts-nocheck: legacy decorators are switched on by the tsconfig.json beside this file
import type { ClosureCase } from '../closure-case.ts';

function sealed(target: Function): void {
  Object.assign(target, { sealedBy: 'legacy' });
}

function shouted(_: object, __: string, descriptor: PropertyDescriptor): void {
  const method = descriptor.value;
  descriptor.value = function (...args: unknown[]): string {
    return String(method.apply(this, args)).toUpperCase();
  };
}

@sealed
class Greeter {
  greeting = 'hello';
  @shouted
  greet(name: string): string {
    return `${this.greeting} ${name}`;
  }
}

export const cases: readonly ClosureCase[] = [
  {
    row: 'enum, const enum, namespaces, parameter properties, decorators, using',
    name: 'legacy decorators',
    args: ['ann'],
    expected: ['HELLO ANN', 'legacy'],
    make: () => (name: string) => [new Greeter().greet(name), (Greeter as { sealedBy?: string }).sealedBy],
  },
];
