// @ts-nocheck: syntax that only a TypeScript compiler understands
export enum Color {
  Red = 1,
  Green,
  Blue = 'blue',
}
